import { CANDLES_PER_PAIR, type Cost, costOf, type Measurements, SERVICES, type ServiceName } from './costs.ts'
import type { Load } from './options.ts'

/** What a service needs under a load. */
export interface Need {
  readonly service: ServiceName
  readonly instances: number
  /** Of each instance, of one core. */
  readonly cores: number
  /** Of each instance. */
  readonly megabytes: number
  /** Of each instance that catches up: what its limit has to leave room for. */
  readonly megabytesMost: number
}

export interface Plan {
  readonly load: Load
  readonly partitions: number
  readonly needs: readonly Need[]
  /** Up to so many trades a second, with as many pairs each, an instance for every partition keeps up. */
  readonly upTo: number
  /** What the brokers take in, replicas aside, bytes a second. */
  readonly bytesPerSecond: number
}

/** One thread does the work: an instance is planned to be half busy, which leaves as much again for peaks and catching up. */
const PLANNED_CORES = 0.5
/** Partitions can be added but never taken away, and moves cost nothing that is seen: twice the instances is enough. */
const PARTITIONS_PER_INSTANCE = 2
const PARTITIONS_MIN = 3
/** Another instance's share comes on top when one dies. */
const INSTANCES_MIN = 2

/** A trade as a record. A state: what a pair has open, with four intervals, written at most at every commit. */
const TRADE_BYTES = 140
const STATE_BYTES = 1500
const COMMITS_PER_SECOND = 5
/** A candle, or a row. */
const OUTPUT_BYTES = 600

/** @returns what the load needs, by what was measured. Pure. */
export function plan(load: Load, measured: Measurements): Plan {
  const needs = SERVICES.map(service => needOf(service, costOf(service, measured), load, measured))
  const streams = Math.max(...needs.filter(n => n.service !== 'trades-ingestor').map(n => n.instances))
  const wanted = Math.max(PARTITIONS_MIN, streams * PARTITIONS_PER_INSTANCE)
  // A pair is in one partition: more of them than pairs stay empty.
  const partitions = Math.max(1, Math.min(wanted, load.pairs))
  return { load, partitions, needs, upTo: upTo(load, partitions, measured), bytesPerSecond: bytesPerSecond(load) }
}

/** The same at so many times the load, pairs and trades alike. */
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
