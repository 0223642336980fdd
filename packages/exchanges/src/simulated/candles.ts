import type { RestMarket } from './protocol.ts'

/** A candle of the simulated exchange's own trades; flat at the previous close where there are none. */
export interface SimulatedCandle {
  /** Unix seconds. */
  readonly time: number
  readonly open: string
  readonly high: string
  readonly low: string
  readonly close: string
  readonly volume: string
  readonly count: number
}

const SCALE = 100_000_000n

/**
 * Quantities have eight decimals, so their sum is exact in whole units of the last decimal. If only `made` of `count` trades
 * were generated, their sum is scaled up.
 */
function sum(quantities: readonly string[], count: bigint, made: bigint): string {
  const units = (quantities.reduce((total, qty) => total + BigInt(qty.replace('.', '')), 0n) * count) / made
  return `${units / SCALE}.${String(units % SCALE).padStart(8, '0')}`
}

/** An answer over more trades than this uses a sample: computing a trade takes 5 µs and blocks all other requests. */
const EXACT_TRADES_MAX = 40_000
/** Number of trades sampled for each candle in that case. */
const SAMPLE_TRADES = 8

/**
 * @returns the candles that begin in [from, to) (Unix s), `seconds` long. If they have too many trades to generate all of
 * them, extremes and volumes are estimates.
 */
export function candlesOf(
  market: RestMarket,
  pair: string,
  seconds: number,
  from: number,
  to: number,
): SimulatedCandle[] {
  const first = Math.ceil(from / seconds) * seconds
  const times = Array.from({ length: Math.max(0, Math.ceil((to - first) / seconds)) }, (_, i) => first + i * seconds)
  const ends = [first, ...times.map(time => time + seconds)].map(time => market.lastId(pair, time * 1e6 - 1))
  const isExact = ends.at(-1)! - ends[0]! <= EXACT_TRADES_MAX
  return times.map((time, i) => {
    const before = ends[i]!
    const count = ends[i + 1]! - before
    const made = isExact ? count : Math.min(count, SAMPLE_TRADES)
    return { time, count, ...candleOf(market, pair, before, count, made) }
  })
}

/** @param made how many of the `count` trades after `before` are generated for the candle, spread from the first to the last */
function candleOf(market: RestMarket, pair: string, before: number, count: number, made: number) {
  const id = (i: number) => before + 1 + (made < 2 ? 0 : Math.round((i * (count - 1)) / (made - 1)))
  const trades = Array.from({ length: made }, (_, i) => market.trade(pair, id(i)))
  const prices = (trades.length > 0 ? trades : [market.trade(pair, before)]).map(({ price }) => price)
  const byValue = prices.toSorted((a, b) => Number(a) - Number(b))
  const [open = '', low = '', high = '', close = ''] = [prices[0], byValue[0], byValue.at(-1), prices.at(-1)]
  const volume = sum(
    trades.map(({ qty }) => qty),
    BigInt(count),
    BigInt(Math.max(1, made)),
  )
  return { open, high, low, close, volume }
}
