import type { Candle, Trade } from '@candlewick/market-data'
import { sameValues } from '../reference/same.ts'
import { isOfBar, judgeShiftedBars } from './bars.ts'
import { inDoubt } from './incomplete.ts'
import { type OlderStates, olderStatesOf } from './older-states.ts'
import type { Random } from './random.ts'
import { byWindow, compareRows, deadLetters, falselyComplete, other, type Problem, published } from './verify.ts'
import type { World } from './world.ts'

type WriterPlace = (pair: string, count: number) => number

/** A producer that is not ours: it writes only trades, and its hash moves pairs when the topic grows. */
export interface Foreign {
  /** In some histories a group of version 0.1 has read its trades before. */
  readonly before: OlderStates | null
  /** @returns the partition to which it writes. Some producers choose different partitions until the faults have ended. */
  place(own: WriterPlace, isPeace: () => boolean): WriterPlace
}

/** @returns the foreign producer of one history in five. In a quarter of these, two producers choose different partitions. */
export function foreignOf(random: Random): Foreign | null {
  if (!random.chance(0.2)) return null
  const areTwo = random.chance(0.25)
  const before = olderStatesOf(random)
  // The producer does not go on in the partition of the older state, or nobody could say which state is the right one.
  if (before) return { before, place: () => () => before.producer }
  return {
    before,
    place: (own, isPeace) => (pair, count) =>
      areTwo && !isPeace() && random.chance(0.5) ? (own(pair, count) + 1) % count : own(pair, count),
  }
}

interface Expectation {
  /** Time from which every window has to be right, Unix ms. */
  readonly recoveredMs: number
  readonly baseMs: number
  /** @returns the feature rows of candles. */
  rowsOf(candles: readonly Candle[]): readonly Candle[]
}

/**
 * Checks a history of a foreign producer: every window has one candle, no series has a hole, every candle with `complete: true`
 * is right, every trade is in a candle or a dead letter, and after the faults every window without a dead letter is right.
 * @param right the candles of all trades
 */
export function judgeForeign(
  world: World,
  trades: readonly Trade[],
  right: readonly Candle[],
  { recoveredMs, baseMs, rowsOf }: Expectation,
): { problems: Problem[]; windows: number } {
  const { bars = [], windows: candles = [] } = Object.groupBy(
    published(world.cluster, 'candles').sort((a, b) => a.close_time_ms - b.close_time_ms),
    c => (isOfBar(c) ? 'bars' : 'windows'),
  )
  const lastMs = new Map(trades.map(({ pair, timestamp_ms }) => [pair, timestamp_ms]))
  const isOver = (c: Candle) => c.close_time_ms <= (lastMs.get(c.pair) ?? 0)
  const inTail = (c: Candle) => c.open_time_ms >= recoveredMs && isOver(c)
  const expected = byWindow(right)
  const late = lateTrades(world)
  const isInDoubt = inDoubt(world.cluster, trades, baseMs)
  // Without a late trade the flat candles after its window have another price, too.
  const isRight = (candle: Candle, one: object) =>
    sameValues({ ...candle, complete: true }, { ...one, complete: true }) ||
    (candle.trade_count === 0 && (one as Candle).trade_count === 0) ||
    late.some(trade => isIn(candle, trade))
  const problems = [
    ...seriesProblems(candles),
    ...falselyComplete(candles, expected),
    ...candles.filter(candle => candle.complete && isInDoubt(candle)).map(falseOne),
    ...judgeShiftedBars(bars, trades, new Set(), Number.POSITIVE_INFINITY),
    ...compareRows('candle', candles.filter(inTail), byWindow(right.filter(c => !isOfBar(c) && inTail(c))), isRight),
    ...accountOf(world, trades, candles),
    ...['states_lost', 'residencies_lost', 'records_truncated']
      .filter(name => world.counts.has(name))
      .map(name => other(name)),
  ]
  if (world.stages.length > 1) {
    const rows = published(world.cluster, 'technical-indicators').filter(c => !isOfBar(c) && isOver(c))
    problems.push(...compareRows('row', rows, byWindow(rowsOf(candles).filter(isOver))))
  }
  return { problems, windows: world.stages.length * candles.length }
}

const falseOne = (candle: Candle): Problem => ({
  kind: 'wrong',
  text: `candle is complete in spite of a repeated id: ${JSON.stringify(candle)}`,
})

const isIn = ({ pair, open_time_ms, close_time_ms }: Candle, trade: Trade): boolean =>
  trade.pair === pair && trade.timestamp_ms >= open_time_ms && trade.timestamp_ms < close_time_ms

const lateTrades = (world: World): Trade[] =>
  deadLetters(world.cluster)
    .filter(({ isRubbish }) => !isRubbish)
    .map(({ value }) => JSON.parse(value) as Trade)

/** @returns windows with two candles, and windows that lack one between two that have one */
function seriesProblems(candles: readonly Candle[]): Problem[] {
  const problems: Problem[] = []
  for (const [series, of] of Map.groupBy(candles, c => `${c.pair} ${c.interval}`)) {
    const starts = of.map(c => c.open_time_ms).sort((a, b) => a - b)
    for (const [i, start] of starts.entries()) {
      const before = starts[i - 1]
      if (before === start) problems.push({ kind: 'doubled', text: `candle ${series} ${start} is doubled` })
      else if (before !== undefined && start - before !== of[0]!.close_time_ms - of[0]!.open_time_ms)
        problems.push({ kind: 'missing', text: `candles of ${series} between ${before} and ${start} are missing` })
    }
  }
  return problems
}

/** @returns a sentence for each pair with a trade of a closed window that is in no candle and no dead letter */
function accountOf(world: World, trades: readonly Trade[], candles: readonly Candle[]): Problem[] {
  const problems: Problem[] = []
  for (const { reason, value } of deadLetters(world.cluster))
    if (!['late', 'stale_id'].includes(reason)) problems.push(other(`dead letter ${reason}: ${value}`))
  const late = lateTrades(world)
  const shortest = candles.filter(c => c.interval === '1s')
  for (const [pair, of] of Map.groupBy(trades, t => t.pair)) {
    const own = shortest.filter(c => c.pair === pair)
    const untilMs = own.at(-1)?.close_time_ms ?? 0
    const written = of.filter(t => t.timestamp_ms < untilMs).length
    const counted = own.reduce((sum, c) => sum + c.trade_count, 0)
    const dead = late.filter(t => t.pair === pair && t.timestamp_ms < untilMs).length
    if (counted + dead !== written)
      problems.push(other(`${pair}: ${counted} trades in candles and ${dead} dead letters, of ${written}`))
  }
  return problems
}
