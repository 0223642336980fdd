import type { Candle, Trade } from '@candlewick/market-data'
import { StateRefused } from '@candlewick/streams'
import { isOfBar, judgeShiftedBars } from './bars.ts'
import type { Random } from './random.ts'
import { ownTopics } from './stage.ts'
import { byWindow, falselyComplete, other, type Problem, published, recordsOf } from './verify.ts'
import type { World } from './world.ts'

/** How long the history goes on after the topic is made again, ms: a frozen instance goes on within this time. */
const AFTER_MS = 8000
/** Until when the instances must have met it, ms: the slowest ones take seconds for each step of a restore. */
const MET_MS = 60_000
const LOOK_MS = 1000
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
  ): { readonly problems: readonly Problem[]; readonly windows: number }
}

/** @returns whether a history is one in which a topic is made again: one in twelve. */
export const isRemade = (random: Random): boolean => random.chance(1 / 12)

/** Lets an operator delete and make again one input of one stage at a random moment. */
export function remakeATopic(world: World, random: Random, troubleMs: number): Remade {
  const stage = random.pick(world.stages)
  const topic = random.chance(0.8) ? stage.input : ownTopics(stage).handovers
  const which = topic === stage.input ? 'input' : 'handovers'
  const mode = random.pick(['running', 'down', 'frozen', 'frozen'])
  const atMs = random.int(100, troubleMs)
  const refusals: string[] = []
  /** The partitions in which a position was stored that means nothing in the new topic. */
  let read: readonly number[] = []
  const isUnnoticed = () => read.length > 0 && !refusals.some(text => text.includes(` of ${topic}/`))
  world.onEnded = error => {
    if (error instanceof StateRefused) refusals.push(error.message)
  }
  world.later(atMs, () => {
    for (const { owner } of world.instancesOf(stage)) {
      if (mode === 'down') world.kill(owner)
      if (mode === 'frozen') world.freeze(owner, random.int(300, 3000))
    }
    read = positionsIn(world, ownTopics(stage).changelog, which)
    world.remake(topic, random.int(0, 1), random.int(0, 300))
  })
  return {
    run: async atLeastMs => {
      const { scheduler } = world
      await scheduler.run(Math.max(atLeastMs, atMs + AFTER_MS))
      while (isUnnoticed() && scheduler.now < atMs + MET_MS) await scheduler.run(scheduler.now + LOOK_MS)
    },
    judge: (trades, candles) => {
      const unnoticed = other(`${topic} was made again, which nobody refused: partitions ${read} had been read`)
      // A task that had read nothing begins with the new topic, which lacks births and earlier trades.
      const problems = read.length > 0 ? [...verdict(world, trades, candles)] : []
      if (isUnnoticed()) problems.push(unnoticed)
      return { problems, windows: published(world.cluster, 'candles').length }
    },
  }
}

/** @returns the partitions of a changelog that have a position above 0 in an input. */
const positionsIn = ({ cluster }: World, changelog: string, which: 'input' | 'handovers'): number[] =>
  cluster.partitions(changelog).flatMap((partition, p) => {
    const last = recordsOf(partition).findLast(({ key }) => key === POSITION_KEY)
    const { [which]: position } = JSON.parse(String(last?.value ?? '{}')) as { input?: number; handovers?: number }
    return position ? [p] : []
  })

/** Whatever was published has to be right where it says that it is complete, and exists once. */
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
