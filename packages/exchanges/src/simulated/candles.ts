import type { RestMarket } from './protocol.ts'

/** As an exchange makes them from its own trades; flat at the previous close where there were none. */
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

/** Quantities have eight decimals: their sum is exact in whole units of the last. Of `made` of `count` it is scaled up. */
function sum(quantities: readonly string[], count: bigint, made: bigint): string {
  const units = (quantities.reduce((total, qty) => total + BigInt(qty.replace('.', '')), 0n) * count) / made
  return `${units / SCALE}.${String(units % SCALE).padStart(8, '0')}`
}

/** So many trades of an answer are made, those of the newest candles: a trade takes 5 µs. */
const EXACT_TRADES_MAX = 20_000
/** So many trades stand for those of an older candle. */
const SAMPLE_TRADES = 20

/**
 * @returns the candles that begin in [from, to) (Unix s), `seconds` long. Where they have too many trades to make them all,
 * the oldest are of a sample: their extremes and volumes are nearly right.
 */
export function candlesOf(
  market: RestMarket,
  pair: string,
  seconds: number,
  from: number,
  to: number,
): SimulatedCandle[] {
  const candles: SimulatedCandle[] = []
  const first = Math.ceil(from / seconds) * seconds
  let left = EXACT_TRADES_MAX
  for (
    let time = first + Math.max(0, Math.ceil((to - first) / seconds) - 1) * seconds;
    time >= first && time < to;
    time -= seconds
  ) {
    const before = market.lastId(pair, time * 1e6 - 1)
    const count = market.lastId(pair, (time + seconds) * 1e6 - 1) - before
    left -= count
    const made = left >= 0 ? count : Math.min(count, SAMPLE_TRADES)
    candles.push({ time, count, ...candleOf(market, pair, before, count, made) })
  }
  return candles.reverse()
}

/** @param made how many of the `count` trades after `before` it is made of, from the first to the last */
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
