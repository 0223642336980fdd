import Table from 'cli-table3'
import type { Measurements } from './costs.ts'
import type { Load } from './options.ts'
import { type Plan, plan, times } from './plan.ts'

/** Measurements, and where and when they were taken. */
export interface Measured extends Measurements {
  readonly date: string
  readonly cpu: string
}

const GROWTH = [1, 2, 4, 8]
const MILLION = 1_000_000
const NODE = { cores: 16, gigabytes: 64 }
const whole = (value: number): string => Math.ceil(value).toLocaleString('en')
/** Rounds to two significant digits. */
const rounded = (value: number): string => whole(Number(value.toPrecision(2)))
const cores = (value: number): string => value.toFixed(2)

/** @returns the output of `npm run plan` */
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
    `Use ${now.partitions} partitions for trades and for candles: set PARTITIONS=${now.partitions} before the topics are created, or add`,
    'partitions later. All trades of a pair are in one partition, so a single pair can use at most one core.',
    `The brokers receive ${(now.bytesPerSecond / 1e6).toFixed(1)} MB a second, times the number of replicas.`,
    `After candles has been down for an hour, it catches up in about ${duration(hourCaughtUpIn)}.`,
    '',
    'When pairs and trades grow alike:',
    growth(load, measured),
    'Add partitions when there are as many instances as partitions and each uses more than 70% of a core, or when the lag',
    `grows: with ${now.partitions} partitions that happens above about ${rounded(now.upTo)} trades a second. They can be added at any moment`,
    'but never removed; a few too many cost little. Add them to trades first, then to candles, then to technical-indicators, each',
    'time after the pairs have moved (docs/operations.md). In any other order all results stay right, but the new partitions of',
    'the later topics stay empty.',
    '',
    `One million pairs, at ${(load.tradesPerSecond / load.pairs).toFixed(2)} trades a second each:`,
    cluster(million),
    '',
    `Computed from measurements of one instance each, of ${date.slice(0, 10)} on ${cpu} (bench/results):`,
    ...live.map(
      m =>
        `  ${m.service}: ${m.pairs} pairs, ${m.trades_per_second} trades/s: ${cores(m.cpu_cores)} cores, ${m.megabytes} MB`,
    ),
    `  catching up, per CPU-second: trades-ingestor ${whole(catchUp['trades-ingestor'])} trades, candles ${whole(catchUp.candles)} trades,`,
    `  technical-indicators ${whole(catchUp['technical-indicators'])} candles`,
    'Larger loads are extrapolated in proportion. The plan keeps each instance half busy, with the default intervals and',
    'indicators.',
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
    `  ${whole(total('cores'))} cores and ${whole(total('megabytes') / 1024)} GB, about ${whole(nodes)} nodes of ${NODE.cores} cores and ${NODE.gigabytes} GB;`,
    `  the brokers receive ${whole(bytesPerSecond / 1e6)} MB a second, times the number of replicas. Divide the pairs among several`,
    '  TOPIC_PREFIXes of about a thousand partitions each, because one group of so many members would rebalance slowly.',
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
