import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { guardOutput } from '../broker/output.ts'
import { SERVICES } from './costs.ts'
import { readOptions, USAGE } from './options.ts'
import { type Measured, report } from './report.ts'

const RESULTS = join(import.meta.dirname, '../../bench/results')

/** The rows of bench/results/services.json that are used. They have as many pairs as in production. */
const ROWS = ['trades-ingestor, replay', 'candles, 2,000 pairs', 'technical-indicators (candles)'] as const

/** @returns the measurements in bench/results. @throws Error that names the missing row */
function measured(): Measured {
  const read = (name: string) => JSON.parse(readFileSync(join(RESULTS, `${name}.json`), 'utf8'))
  const { date, cpu, rows: live } = read('live')
  const { rows } = read('services') as {
    rows: { name: string; records_per_cpu_second: number; peak_megabytes: number }[]
  }
  const found = SERVICES.map((_, i) => {
    const row = rows.find(({ name }) => name === ROWS[i])
    if (!row) throw new Error(`bench/results/services.json lacks "${ROWS[i]}": npm run bench -- --save services`)
    return row
  })
  const each = (of: 'records_per_cpu_second' | 'peak_megabytes') =>
    Object.fromEntries(SERVICES.map((service, i) => [service, found[i]![of]])) as Measured['catchUp']
  return { date, cpu, live, catchUp: each('records_per_cpu_second'), peakMegabytes: each('peak_megabytes') }
}

guardOutput()
try {
  const load = readOptions(process.argv.slice(2))
  console.log(load ? report(load, measured()) : USAGE)
} catch (error) {
  console.error(`${(error as Error).message}\n${USAGE}`)
  process.exit(1)
}
