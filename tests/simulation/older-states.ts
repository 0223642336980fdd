import type { Trade } from '@candlewick/market-data'
import { type Emit, type OutRecord, type Processor, positionRecord } from '@candlewick/streams'
import type { Random } from './random.ts'
import { EPOCH_MS } from './scheduler.ts'
import { ownTopics, type Stage } from './stage.ts'
import { write } from './verify.ts'
import type { World } from './world.ts'
import { TRADES } from './writer.ts'

/** How many trades of a pair each of the two partitions has had, and how far apart they were in the exchange's time. */
const EACH = 4
const APART_MS = 1000
const PARTITIONS = 3
/** The partition whose task grants claims. */
const REGISTRAR = 0
/** How long the partition of the newer state has no reader, ms: longer than the registrar waits before it grants a first claim. */
const LATER_MS = { least: 600, most: 900 }
/** An instance that is slower by such factors takes seconds to restore itself, longer than a window stays open without records. */
const SLOWNESS = { least: 50, most: 200 }
/** When the registrar is killed, ms: while claims wait for their grant. */
const KILLED_MS = { least: 0, most: 800 }
const LOOK_MS = 1

/**
 * A group of version 0.1, whose tasks did not ask each other for keys without markers: a producer has changed the partition of its
 * pairs, and two tasks have a state of each. The older state is in partition `older`, the newer one in `newer`.
 */
export interface OlderStates {
  readonly partitions: number
  readonly older: number
  readonly newer: number
  /** Where the producer goes on: in the partition of the newer state, or in one that has no state. */
  readonly producer: number
}

/** @returns such a beginning for one history in two */
export function olderStatesOf(random: Random): OlderStates | null {
  if (!random.chance(0.5)) return null
  const older = random.int(random.chance(0.4) ? 1 : 0, PARTITIONS - 1)
  const newer = (older + random.int(1, PARTITIONS - 1)) % PARTITIONS
  const neither = PARTITIONS - older - newer
  return { partitions: PARTITIONS, older, newer, producer: random.chance(0.4) ? neither : newer }
}

/**
 * Writes what version 0.1 left behind, and starts an instance for each partition, one of which is late.
 * @param trades of the exchange from now on
 * @returns the trades that the newer states have counted
 */
export function beginWithOlderStates(
  world: World,
  before: OlderStates,
  trades: readonly Trade[],
  random: Random,
): readonly Trade[] {
  const [stage] = world.stages as [Stage]
  const counted: Trade[] = []
  for (const [pair, [first]] of Map.groupBy(trades, t => t.pair)) {
    const earlier = Array.from({ length: 2 * EACH }, (_, i): Trade => {
      const fromNow = 2 * EACH - i
      return { ...first!, pair, trade_id: first!.trade_id - fromNow, timestamp_ms: EPOCH_MS - fromNow * APART_MS }
    })
    leave(world, stage, before.older, earlier.slice(0, EACH), false)
    leave(world, stage, before.newer, earlier.slice(EACH), true)
    counted.push(...earlier.slice(EACH))
  }
  for (let i = 0; i < PARTITIONS; i++) world.startInstance(stage)
  for (const { owner } of world.instances) owner.slowness = 1
  onceDivided(world, () => delayOne(world, random, before))
  return counted
}

/** Calls a function as soon as each instance has one of the partitions. */
function onceDivided(world: World, run: () => void): void {
  const shares = world.instances.map(({ partitions }) => partitions())
  if (shares.every(({ length }) => length === 1) && new Set(shares.flat()).size === PARTITIONS) run()
  else world.later(LOOK_MS, () => onceDivided(world, run))
}

/**
 * Delays the newer state, so that the older one could be granted first, or the registrar. A slow instance stays in its group, so that
 * nobody takes over its partition. In some histories the registrar is killed while claims wait for their grant.
 */
function delayOne(world: World, random: Random, { newer }: OlderStates): void {
  const ownerOf = (partition: number) => world.instances.find(i => i.partitions().includes(partition))!.owner
  const late = ownerOf(newer !== REGISTRAR && random.chance(0.4) ? REGISTRAR : newer)
  if (newer !== REGISTRAR && random.chance(0.4)) {
    const registrar = ownerOf(REGISTRAR)
    world.later(random.int(KILLED_MS.least, KILLED_MS.most), () => world.kill(registrar))
  }
  if (random.chance(0.5)) late.slowness = random.int(SLOWNESS.least, SLOWNESS.most)
  else world.freeze(late, random.int(LATER_MS.least, LATER_MS.most))
}

/** Writes the trades, the state that they make and, if it is to be found, what was published with that state. */
function leave(world: World, stage: Stage, partition: number, trades: readonly Trade[], isPublished: boolean): void {
  const { cluster } = world
  const [processor] = stage.processors as [Processor<unknown>]
  const key = trades[0]!.pair
  const route = { partition: 0, epoch: [0, 0], partitions: cluster.partitions(stage.output).length }
  const state = processor.initial(key)
  const outputs: OutRecord[] = []
  const emit: Emit = {
    output: value => outputs.push({ topic: stage.output, partition: 0, key, value: JSON.stringify(value) }),
    count: () => {},
  }
  const start = cluster.partition(TRADES, partition).end
  write(
    cluster,
    trades.map(trade => ({ topic: TRADES, partition, key, value: JSON.stringify(trade) })),
  )
  for (const record of cluster.partition(TRADES, partition).chunk(start, trades.length)!.records)
    processor.process(state, record, emit)
  // Version 0.1 did not note whether a pair has markers.
  delete (state as { by_ids?: boolean }).by_ids
  const open = { epoch: null, from: null, start, held: { route, state }, reread: null }
  const tenures = [{ ...open, end: null, to: null, next_epoch: null }]
  const { stateVersion: v, configHash: config } = processor
  const { changelog } = ownTopics(stage)
  const positions = { input: cluster.partition(TRADES, partition).end, handovers: 0 }
  write(cluster, [
    ...(isPublished ? outputs : []),
    { topic: changelog, partition, key, value: JSON.stringify({ v, config, left: null, early: [], tenures }) },
    positionRecord(changelog, partition, positions),
  ])
}
