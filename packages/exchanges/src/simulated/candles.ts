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

/** Quantities have eight decimals: their sum is exact in whole units of the last. */
function sum(quantities: readonly string[]): string {
  const units = quantities.reduce((total, qty) => total + BigInt(qty.replace('.', '')), 0n)
  return `${units / SCALE}.${String(units % SCALE).padStart(8, '0')}`
}

/** @returns the candles that begin in [from, to) (Unix s), `seconds` long */
export function candlesOf(
  market: RestMarket,
  pair: string,
  seconds: number,
  from: number,
  to: number,
): SimulatedCandle[] {
  const candles: SimulatedCandle[] = []
  for (let time = Math.ceil(from / seconds) * seconds; time < to; time += seconds) {
    const before = market.lastId(pair, time * 1e6 - 1)
    const last = market.lastId(pair, (time + seconds) * 1e6 - 1)
    const trades = Array.from({ length: last - before }, (_, i) => market.trade(pair, before + 1 + i))
    const prices = (trades.length > 0 ? trades : [market.trade(pair, before)]).map(({ price }) => price)
    const byValue = prices.toSorted((a, b) => Number(a) - Number(b))
    const [open = '', low = '', high = '', close = ''] = [prices[0], byValue[0], byValue.at(-1), prices.at(-1)]
    candles.push({ time, open, high, low, close, volume: sum(trades.map(({ qty }) => qty)), count: trades.length })
  }
  return candles
}
