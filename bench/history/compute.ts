import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Runs `npm run compute` and reports its cost, threads and start included. Arguments: those of compute, --out FOLDER last.
 */
process.on('exit', () => {
  const { user, system } = process.cpuUsage()
  const { trades_used, feature_rows } = JSON.parse(readFileSync(join(process.argv.at(-1)!, '_compute.json'), 'utf8'))
  const peakMegabytes = process.resourceUsage().maxRSS / 1024
  const own = { cpuSeconds: (user + system) / 1e6, wallSeconds: process.uptime(), peakMegabytes }
  console.log(JSON.stringify({ trades: trades_used, rows: feature_rows, ...own }))
})
await import('../../tools/compute/main.ts')
