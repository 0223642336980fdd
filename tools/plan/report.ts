import Table from 'cli-table3'
import type { Measurements } from './costs.ts'
import type { Load } from './options.ts'
import { type Plan, plan, times } from './plan.ts'

/** What was measured, where and when. */
export interface Measured extends Measurements {
  readonly date: string
  readonly cpu: string
}

const GROWTH = [1, 2, 4, 8]
const MILLION = 1_000_000
const NODE = { cores: 16, gigabytes: 64 }
const whole = (value: number): string => Math.ceil(value).toLocaleString('en')
/** Two digits that mean something. */
const rounded = (value: number): string => whole(Number(value.toPrecision(2)))
const cores = (value: number): string => value.toFixed(2)

/** @returns what `npm run plan` prints. Pure. */
export function report(load: Load, measured: Measured): string {
  const { live, catchUp, date, cpu } = measured
  const now = plan(load, measured)
  const candles = now.needs.find(({ service }) => service === 'candles')!
  const hourCaughtUpIn = (3600 * load.tradesPerSecond) / (candles.instances * catchUp.candles)
  const million = plan(times(load, MILLION / load.pairs), measured)
  return [
    `${whole(load.pairs)} pairs, ${whole(load.tradesPerSecond)} trades a second`,
    '',
    needs(now),
    '',
    `Partitions: ${now.partitions}, of trades and of candles (PARTITIONS=${now.partitions} before the topics are created, else`,
    'add them). A pair is in one partition, so that one pair can take one core and no more.',
    `The brokers take in ${(now.bytesPerSecond / 1e6).toFixed(1)} MB a second, times the replicas.`,
    `An hour that candles was away is caught up in about ${duration(hourCaughtUpIn)}.`,
    '',
    'As it grows, pairs and trades alike:',
    growth(load, measured),
    `Add partitions when there are as many instances as partitions and they are more than 70% of a core busy, or the lag`,
    `grows: with ${now.partitions} that is from about ${rounded(now.upTo)} trades a second on. Adding is live (docs/operations.md);`,
    'partitions are never taken away, and a few too many cost little.',
    '',
    `One million pairs, at ${(load.tradesPerSecond / load.pairs).toFixed(2)} trades a second each:`,
    cluster(million),
    '',
    `By what was measured on ${date.slice(0, 10)} (${cpu}; bench/results), of one instance each:`,
    ...live.map(
      m =>
        `  ${m.service}: ${m.pairs} pairs, ${m.trades_per_second} trades/s: ${cores(m.cpu_cores)} cores, ${m.megabytes} MB`,
    ),
    `and ${whole(catchUp['trades-ingestor'])} and ${whole(catchUp.candles)} trades and ${whole(catchUp['technical-indicators'])} candles a CPU-second while they catch up.`,
    'More than that is reckoned in proportion. An instance is planned half busy; the default intervals and indicators.',
  ].join('\n')
}

function needs({ needs: rows }: Plan): string {
  const table = tableOf('', 'instances', 'cores each', 'MB each', 'request', 'limit')
  for (const { service, instances, cores: each, megabytes, megabytesMost } of rows) {
    const request = `${Math.ceil((each * 1000) / 50) * 50}m, ${inSteps(megabytes * 1.25)}`
    table.push([service, instances, cores(each), whole(megabytes), request, inSteps(megabytesMost)])
  }
  return table.toString()
}

function growth(load: Load, measured: Measured): string {
  const table = tableOf('', 'pairs', 'trades/s', 'partitions', 'ingestors', 'candles', 'indicators')
  for (const factor of GROWTH) {
    const { load: grown, partitions, needs: rows } = plan(times(load, factor), measured)
    const counts = rows.map(({ instances }) => instances)
    table.push([`×${factor}`, whole(grown.pairs), whole(grown.tradesPerSecond), partitions, ...counts])
  }
  return table.toString()
}

function cluster({ load, partitions, needs: rows, bytesPerSecond }: Plan): string {
  const total = (of: 'cores' | 'megabytes') => rows.reduce((sum, need) => sum + need[of] * need.instances, 0)
  const nodes = Math.max(total('cores') / NODE.cores, total('megabytes') / 1024 / NODE.gigabytes)
  const counts = rows.map(({ service, instances }) => `${whole(instances)} ${service}`).join(', ')
  return [
    `  ${whole(load.tradesPerSecond)} trades a second: ${whole(partitions)} partitions; instances: ${counts};`,
    `  ${whole(total('cores'))} cores and ${whole(total('megabytes') / 1024)} GB, some ${whole(nodes)} nodes of ${NODE.cores} cores and ${NODE.gigabytes} GB;`,
    `  the brokers take in ${whole(bytesPerSecond / 1e6)} MB a second, times the replicas. Divide the pairs among several TOPIC_PREFIXes`,
    '  (some thousand partitions each), as one group of so many members would rebalance slowly.',
  ].join('\n')
}

const tableOf = (...head: string[]) =>
  new Table({
    head,
    colAligns: head.map((_, i) => (i === 0 ? 'left' : 'right')),
    style: { head: [], border: [], compact: true },
  })

const inSteps = (megabytes: number): string => `${Math.ceil(megabytes / 64) * 64}Mi`

function duration(seconds: number): string {
  if (seconds < 90) return `${whole(seconds)} s`
  return seconds < 5400 ? `${whole(seconds / 60)} minutes` : `${whole(seconds / 3600)} hours`
}
