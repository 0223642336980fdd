import { join } from 'node:path'

/**
 * Runs a program of this checkout and reports its CPU time, start included, when it ends. Arguments: the program's path, from
 * the root, and its own arguments.
 */
process.argv.splice(1, 1)
process.on('exit', () => {
  const { user, system } = process.cpuUsage()
  const peakMegabytes = process.resourceUsage().maxRSS / 1024
  console.log(JSON.stringify({ cpuSeconds: (user + system) / 1e6, peakMegabytes }))
})
await import(join(import.meta.dirname, '../..', process.argv[1]!))
