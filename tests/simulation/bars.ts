import { type BarsByPair, barSpec, type Candle, inOrder, isBar, isImbalance, type Trade } from '@candlewick/market-data'
import type { MemoryCluster } from '@candlewick/streams'
import { barsFrom, referenceBars } from '../reference/bars.ts'
import { sameValues } from '../reference/same.ts'
import { isCompared, isHarmless } from './incomplete.ts'
import { other, type Problem, recordsOf } from './verify.ts'
import { TRADES } from './writer.ts'

/** One history in this many has bars, too. */
const BARS_EVERY = 3
/** Thresholds that some three trades reach. */
const NAMES = ['tick:3', 'volume:8', 'value:1500', 'tick-imbalance:4', 'value-imbalance:4']
const BY_PAIR: BarsByPair = { 'ETH/USD': { tick: [2, 5] } }

export interface Bars {
  readonly names: readonly string[]
  readonly byPair: BarsByPair
}

/** @returns the bars of a history: the same for the same seed */
export const barsIn = (seed: number): Bars =>
  seed % BARS_EVERY === 0 ? { names: NAMES, byPair: BY_PAIR } : { names: [], byPair: {} }

/**
 * @returns the right bars of a history without losses. A bar has `complete: false` if a record of its pair that may be a trade was
 *   dropped while it was open: that is the bar with the first trade of a higher id.
 */
export function rightBars(cluster: MemoryCluster, trades: readonly Trade[], { names, byPair }: Bars): Candle[] {
  const dropped = cluster
    .partitions(TRADES)
    .flatMap(recordsOf)
    .filter(({ headers }) => headers?.rubbish && !isHarmless(headers))
    .map(({ key, headers }) => ({ pair: key, next: Number(headers!.after) + 1, since: sinceOf(headers!) }))
  const lacks = ({ pair, first_trade_id, last_trade_id }: Candle) =>
    dropped.some(
      ({ pair: of, next, since }) =>
        of === pair && next >= first_trade_id! && next <= last_trade_id! && since >= first_trade_id!,
    )
  return referenceBars(trades, names, byPair).map(bar => (lacks(bar) ? { ...bar, complete: false } : bar))
}

/** @returns the id that the bar must have or follow: a repeated id that is not compared concerns only the bar that has it */
const sinceOf = (headers: Readonly<Record<string, string>>): number =>
  ['duplicate', 'contradiction'].includes(headers.rubbish!) && !isCompared(headers)
    ? Number(headers.id)
    : Number.POSITIVE_INFINITY

/**
 * Checks bars of a history that may have lost records, which shift all later bars: each one with `complete: true` must be the
 * bar that begins with its first trade, and from the time on they must follow one another without a hole and be complete.
 * @param fromMs Unix ms
 */
export function judgeShiftedBars(
  published: readonly Candle[],
  trades: readonly Trade[],
  trading: ReadonlySet<string>,
  fromMs: number,
): Problem[] {
  return [...Map.groupBy(published, ({ pair, interval }) => `${pair} ${interval}`)].flatMap(([name, series]) => {
    const { pair, interval } = series[0]!
    const own = trades.filter(trade => trade.pair === pair).toSorted((a, b) => a.trade_id - b.trade_id)
    const expected = ({ first_trade_id }: Candle) => {
      const from = own.findIndex(({ trade_id }) => trade_id === first_trade_id)
      return barsFrom(own, from, barSpec(interval)).next().value
    }
    const isWrong = (bar: Candle) => {
      const right = expected(bar)
      // The end of an imbalance bar depends on all bars before it.
      return bar.complete && !isImbalance(interval) && !(right && sameValues(bar, { ...right, bar: bar.bar }))
    }
    const wrong = series.filter(isWrong).map(bar => `${name} #${bar.bar} is not complete: ${JSON.stringify(bar)}`)
    const tail = series.filter(bar => bar.open_time_ms >= fromMs).sort(inOrder)
    const holes = tail.filter((bar, i) => i > 0 && !(bar.complete && followsOn(tail[i - 1]!, bar)))
    const rest = tail.at(-1)
    const next = rest && own.find(({ trade_id }) => trade_id === rest.last_trade_id! + 1)
    const isUnended =
      trading.has(pair) && !isImbalance(interval) && next && expected({ ...rest, first_trade_id: next.trade_id })
    return [
      ...wrong.map(text => ({ kind: 'wrong', text }) as const),
      ...holes.map(bar => other(`${name} #${bar.bar} does not follow the bar before: ${JSON.stringify(tail)}`)),
      ...(isUnended ? [other(`${name} has no bar behind #${rest.bar}`)] : []),
    ]
  })
}

const followsOn = (before: Candle, bar: Candle): boolean =>
  bar.bar === before.bar! + 1 && bar.first_trade_id === before.last_trade_id! + 1

export const isOfBar = ({ interval }: Candle): boolean => isBar(interval)
