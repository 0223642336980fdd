import type { Candle, Trade } from '@candlewick/market-data'
import { StateRefused } from '@candlewick/streams'
import { isOfBar, judgeShiftedBars } from './bars.ts'
import type { Random } from './random.ts'
import { ownTopics } from './stage.ts'
import { byWindow, falselyComplete, other, type Problem, published, recordsOf } from './verify.ts'
import type { World } from './world.ts'

/** How long the writer goes on after the faults, ms: a frozen instance then finds new records. */
export const GOES_ON_MS = 1000
/** How long the history goes on after the topic is made again, ms: a frozen instance goes on within this time. */
const AFTER_MS = 8000
/** Until when the instances must have met it, ms: the slowest ones take seconds for each step of a restore. */
const MET_MS = 60_000
const LOOK_MS = 1000
/**
 * The new topic overtakes the positions of a frozen instance if the topic was young, and the instance is not frozen for so long
 * that it leaves its group. Only the comparison before a commit then finds out.
 */
const EARLY_MS = { least: 500, most: 700 }
const SHORT_MS = { least: 900, most: 970 }
/** The changelog's record of a task's position (packages/streams/src/state/README.md). */
const POSITION_KEY = '\u0000position'

/** An operator deletes an input of a stage and makes it again, while the stage runs, is down or is frozen. */
export interface Remade {
  /** Runs the history until the instances have met the topic. */
  run(atLeastMs: number): Promise<void>
  /** @returns what was wrong from then on */
  judge(
    trades: readonly Trade[],
    candles: readonly Candle[],
    rows: readonly Candle[],
  ): { readonly problems: readonly Problem[]; readonly windows: number }
}

/** @returns whether a history is one in which a topic is made again: one in twelve. */
export const isRemade = (random: Random): boolean => random.chance(1 / 12)

/** Lets an operator delete and make again one input of one stage at a random moment. */
export function remakeATopic(world: World, random: Random, troubleMs: number): Remade {
  const mode = random.pick(['running', 'down', 'frozen', 'overtaken', 'overtaken', 'overtaken', 'overtaken'])
  const isOvertaken = mode === 'overtaken'
  const stage = isOvertaken ? world.stages[0]! : random.pick(world.stages)
  const topic = isOvertaken || random.chance(0.8) ? stage.input : ownTopics(stage).handovers
  const which = topic === stage.input ? 'input' : 'handovers'
  const atMs = isOvertaken ? random.int(EARLY_MS.least, EARLY_MS.most) : random.int(100, troubleMs)
  const refusals: string[] = []
  /** The partitions in which a position was stored that means nothing in the new topic. */
  let read: readonly number[] = []
  /** Where the partitions of the old topic ended. */
  let ends: readonly number[] = []
  const stored = () => positionsIn(world, ownTopics(stage).changelog, which)
  const isUnnoticed = () => read.length > 0 && !refusals.some(text => text.includes(` of ${topic}/`))
  world.onEnded = error => {
    if (error instanceof StateRefused) refusals.push(error.message)
  }
  world.later(atMs, () => {
    for (const { owner } of world.instancesOf(stage)) {
      if (mode === 'down') world.kill(owner)
      if (mode === 'frozen') world.freeze(owner, random.int(300, 3000))
      if (isOvertaken) {
        owner.isDeaf = true
        owner.slowness = 1
        world.freeze(owner, random.int(SHORT_MS.least, SHORT_MS.most))
      }
    }
    read = [...stored().keys()]
    ends = world.cluster.partitions(topic).map(({ end }) => end)
    world.remake(topic, random.int(0, 1), random.int(0, isOvertaken ? 5 : 300))
  })
  return {
    run: async atLeastMs => {
      const { scheduler } = world
      await scheduler.run(Math.max(atLeastMs, atMs + AFTER_MS))
      while (isUnnoticed() && scheduler.now < atMs + MET_MS) await scheduler.run(scheduler.now + LOOK_MS)
    },
    judge: (trades, candles, rows) => {
      const unnoticed = other(`${topic} was made again, which nobody refused: partitions ${read} had been read`)
      const begun = topic === stage.input ? pairsIn(world, topic, read) : pairsLost(world, topic)
      const problems = [
        ...verdict(world, trades, candles),
        ...falselyComplete(
          published(world.cluster, 'technical-indicators').filter(c => !isOfBar(c) && !begun.has(c.pair)),
          byWindow(rows),
        ),
        ...(isUnnoticed() ? [unnoticed] : []),
        ...read
          .filter(p => (stored().get(p) ?? 0) > ends[p]!)
          .map(p => other(`a position after record ${ends[p]} of ${topic}/${p}, which had no more, was stored`)),
      ]
      return { problems, windows: published(world.cluster, 'candles').length }
    },
  }
}

/** @returns the positions above 0 in an input that a changelog has, by partition. */
const positionsIn = (
  { cluster }: World,
  changelog: string,
  which: 'input' | 'handovers',
): ReadonlyMap<number, number> =>
  new Map(
    cluster.partitions(changelog).flatMap((partition, p): [number, number][] => {
      const last = recordsOf(partition).findLast(({ key }) => key === POSITION_KEY)
      const { [which]: position } = JSON.parse(String(last?.value ?? '{}')) as { input?: number; handovers?: number }
      return position ? [[p, position]] : []
    }),
  )

/**
 * A task that had read nothing of its partition is not refused. It begins with the new topic, which lacks births and earlier records,
 * so that the indicators of these pairs begin later than those of the reference.
 * @param read the partitions of which a task had read something
 * @returns the pairs in the other partitions
 */
const pairsIn = ({ cluster }: World, topic: string, read: readonly number[]): ReadonlySet<string> =>
  new Set(
    cluster
      .partitions(topic)
      .flatMap((partition, p) => (read.includes(p) ? [] : recordsOf(partition).map(({ key }) => key ?? ''))),
  )

/** @returns the pairs whose state was in the deleted handovers topic, so that they begin without one. */
const pairsLost = ({ cluster }: World, handovers: string): ReadonlySet<string> =>
  new Set(
    cluster.partitions(handovers).flatMap(partition =>
      recordsOf(partition)
        .filter(({ value }) => String(value).includes('"lost":true'))
        .map(({ key }) => key ?? ''),
    ),
  )

/** Every published window has to be right if it says that it is complete, and has to exist once. */
function verdict(world: World, trades: readonly Trade[], candles: readonly Candle[]) {
  const all = published(world.cluster, 'candles')
  const windows = all.filter(c => !isOfBar(c))
  const doubled = [...byWindow(windows).values()].filter(([, second]) => second !== undefined)
  return [
    ...falselyComplete(windows, byWindow(candles)),
    ...judgeShiftedBars(all.filter(isOfBar), trades, new Set(), Number.POSITIVE_INFINITY),
    ...doubled.map(([c]): Problem => ({ kind: 'doubled', text: `candle ${JSON.stringify(c)} is doubled` })),
  ]
}
