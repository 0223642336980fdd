import { CANDLES_PER_PAIR, type Cost, costOf, type Measurements, SERVICES, type ServiceName } from './costs.ts'
import type { Load } from './options.ts'

/** Instances of a service and their size. */
export interface Need {
  readonly service: ServiceName
  readonly instances: number
  /** CPU of each instance, in cores. */
  readonly cores: number
  /** Memory of each instance that keeps up. */
  readonly megabytes: number
  /** Memory of each instance that catches up, for which its limit has to leave room. */
  readonly megabytesMost: number
}

export interface Plan {
  readonly load: Load
  readonly partitions: number
  readonly needs: readonly Need[]
  /** Trades per second with which one instance for each partition still keeps up. */
  readonly upTo: number
  /** Bytes a second that the brokers receive, not counting replicas. */
  readonly bytesPerSecond: number
}

/** An instance uses one thread. The plan keeps it half busy, which leaves the other half for peaks and catching up. */
const PLANNED_CORES = 0.5
/** Partitions can be added later at no visible cost but never removed, so twice the instances is enough. */
const PARTITIONS_PER_INSTANCE = 2
const PARTITIONS_MIN = 3
/** Minimum number of instances. With two, one can take over the other's share if that dies. */
const INSTANCES_MIN = 2

/** Sizes of a trade's record, and of a pair's state with four intervals, which each commit writes at most once. */
const TRADE_BYTES = 140
const STATE_BYTES = 1500
const COMMITS_PER_SECOND = 5
/** Size of a candle or a feature row. */
const OUTPUT_BYTES = 600

/** @returns what the load needs, computed from the measurements */
export function plan(load: Load, measured: Measurements): Plan {
  const needs = SERVICES.map(service => needOf(service, costOf(service, measured), load, measured))
  const streams = Math.max(...needs.filter(n => n.service !== 'trades-ingestor').map(n => n.instances))
  const wanted = Math.max(PARTITIONS_MIN, streams * PARTITIONS_PER_INSTANCE)
  // All trades of a pair are in one partition, so more partitions than pairs would stay empty.
  const partitions = Math.max(1, Math.min(wanted, load.pairs))
  return { load, partitions, needs, upTo: upTo(load, partitions, measured), bytesPerSecond: bytesPerSecond(load) }
}

/** @returns the load with `factor` times the pairs and the trades */
export const times = ({ pairs, tradesPerSecond }: Load, factor: number): Load => ({
  pairs: Math.round(pairs * factor),
  tradesPerSecond: tradesPerSecond * factor,
})

function needOf(
  service: ServiceName,
  { cores, megabytes }: Cost,
  { pairs, tradesPerSecond }: Load,
  measured: Measurements,
): Need {
  const work = cores.pair * pairs + cores.trade * tradesPerSecond
  const least = service === 'trades-ingestor' ? 1 : Math.min(INSTANCES_MIN, pairs)
  const instances = Math.max(least, Math.ceil(work / (PLANNED_CORES - Math.min(cores.base, PLANNED_CORES / 2))))
  const usual = megabytes.base + (megabytes.pair * pairs) / instances
  const most = Math.max(2 * usual, 1.25 * measured.peakMegabytes[service])
  return { service, instances, cores: cores.base + work / instances, megabytes: usual, megabytesMost: most }
}

function upTo({ pairs, tradesPerSecond }: Load, partitions: number, measured: Measurements): number {
  const perTrade = SERVICES.filter(service => service !== 'trades-ingestor').map(service => {
    const { cores } = costOf(service, measured)
    return (
      (PLANNED_CORES - Math.min(cores.base, PLANNED_CORES / 2)) / (cores.trade + (cores.pair * pairs) / tradesPerSecond)
    )
  })
  return partitions * Math.min(...perTrade)
}

function bytesPerSecond({ pairs, tradesPerSecond }: Load): number {
  const states = Math.min(tradesPerSecond, pairs * COMMITS_PER_SECOND) * STATE_BYTES
  return tradesPerSecond * TRADE_BYTES + states + 2 * pairs * CANDLES_PER_PAIR * OUTPUT_BYTES
}
