import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readOptions, USAGE } from './options.ts'
import { type Measurements, report } from './report.ts'

const RESULTS = join(import.meta.dirname, '../../bench/results')

/** What is committed of the benchmarks. @throws Error naming what is missing */
function measurements(): Measurements {
  const read = (name: string) => JSON.parse(readFileSync(join(RESULTS, `${name}.json`), 'utf8'))
  const { date, cpu, rows: live } = read('live')
  const { rows } = read('two-cores') as { rows: { name: string; records_per_cpu_second: number }[] }
  const caughtUp = rows.find(({ name }) => name === 'candles, 2,000 pairs')
  if (!caughtUp)
    throw new Error('bench/results/two-cores.json lacks "candles, 2,000 pairs": npm run bench -- --save two-cores')
  return { date, cpu, live, catchUp: caughtUp.records_per_cpu_second }
}

try {
  const load = readOptions(process.argv.slice(2))
  console.log(load ? report(load, measurements()) : USAGE)
} catch (error) {
  console.error(`${(error as Error).message}\n${USAGE}`)
  process.exit(1)
}
