import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { kafkaLog } from '@candlewick/streams'
import Table from 'cli-table3'
import { startBroker } from '../tools/broker/index.ts'
import type { Measured } from './measure.ts'
import { load } from './trades.ts'

const { values: args } = parseArgs({
  options: {
    trades: { type: 'string', default: '2000000' },
    repeats: { type: 'string', default: '3' },
  },
})
const count = Number(args.trades)
const repeats = Number(args.repeats)

const CONTESTANTS: readonly (readonly [name: string, file: string, ...args: string[]])[] = [
  ['raw kafkajs: read', 'raw-kafkajs.ts', 'read'],
  ['raw kafkajs: read + JSON.parse', 'raw-kafkajs.ts', 'parse'],
  ['candles, 1 interval', 'candles.ts', '1m'],
  ['candles, 4 intervals', 'candles.ts', '1m,5m,15m,1h'],
  ['candles, 8 intervals', 'candles.ts', '1m,3m,5m,15m,30m,1h,4h,1d'],
]

const run = promisify(execFile)
const broker = await startBroker({ report: sentence => console.error(sentence) })
try {
  const log = kafkaLog({ brokers: broker.brokers.split(','), clientId: 'bench' })
  const topic = `bench-trades-${Date.now()}`
  console.error(`Loads ${count} trades (20 pairs, 4 partitions, 2 hours) …`)
  await load(log, { topic, partitions: 4, count, pairs: 20, hours: 2 })
  const results = new Map(CONTESTANTS.map(([name]) => [name, [] as Measured[]]))
  // In alternation, so that whatever the machine does meanwhile befalls all of them.
  for (let i = 0; i < repeats; i++)
    for (const [name, file, ...rest] of CONTESTANTS) {
      const path = fileURLToPath(new URL(`./contestants/${file}`, import.meta.url))
      const { stdout } = await run(process.execPath, [path, broker.brokers, topic, String(count), ...rest])
      results.get(name)!.push(JSON.parse(stdout.trim().split('\n').at(-1)!) as Measured)
      console.error(`${name}: ${format(results.get(name)!.at(-1)!)}`)
    }
  console.log(table(results))
  await log.close()
} finally {
  await broker.stop()
}

function format({ trades, cpuSeconds, wallSeconds }: Measured): string {
  return `${Math.round(trades / cpuSeconds)} trades per CPU-second, ${Math.round(trades / wallSeconds)} per second`
}

function table(results: ReadonlyMap<string, readonly Measured[]>): string {
  const perCpu = (runs: readonly Measured[]) => median(runs.map(m => m.trades / m.cpuSeconds))
  const baseline = perCpu(results.get('raw kafkajs: read + JSON.parse')!)
  const made = new Table({
    head: ['', 'trades/CPU-s', 'spread', '× parse', 'trades/s', 'peak MB', 'loop delay ms'],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [] },
  })
  for (const [name, runs] of results) {
    const rates = runs.map(m => m.trades / m.cpuSeconds)
    made.push([
      name,
      Math.round(perCpu(runs)).toLocaleString('en'),
      `${Math.round((100 * (Math.max(...rates) - Math.min(...rates))) / perCpu(runs))}%`,
      (perCpu(runs) / baseline).toFixed(2),
      Math.round(median(runs.map(m => m.trades / m.wallSeconds))).toLocaleString('en'),
      Math.round(Math.max(...runs.map(m => m.peakMegabytes))),
      Math.round(median(runs.map(m => m.loopDelayMs))),
    ])
  }
  return made.toString()
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
