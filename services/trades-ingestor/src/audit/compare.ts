import type { ExchangeCandle } from '@candlewick/exchanges'
import type { Candle } from '@candlewick/market-data'

const PRICES = ['open', 'high', 'low', 'close'] as const

/** A difference between our candle and the exchange's; `ours` is null if we have no candle. */
export interface Difference {
  readonly pair: string
  readonly interval: string
  readonly open_time_ms: number
  readonly field: (typeof PRICES)[number] | 'volume' | 'trade_count' | 'candle'
  readonly ours: number | null
  readonly theirs: string
}

/** Sums are exact to eight decimals or 1e-15 of their size, whichever is coarser. */
const sumIsEqual = (ours: number, theirs: number): boolean =>
  Math.abs(ours - theirs) <= Math.max(1e-8, 1e-15 * Math.abs(theirs))

type Key = Pick<Difference, 'pair' | 'interval'>

/** @param ours undefined if the topic has no candle of that window */
export function compare({ pair, interval }: Key, ours: Candle | undefined, theirs: ExchangeCandle): Difference[] {
  const { open_time_ms } = theirs
  const at = { pair, interval, open_time_ms }
  if (!ours) return [{ ...at, field: 'candle', ours: null, theirs: 'is there' }]
  const differences: Difference[] = PRICES.filter(name => ours[name] !== Number(theirs[name])).map(field => ({
    ...at,
    field,
    ours: ours[field],
    theirs: theirs[field],
  }))
  if (!sumIsEqual(ours.volume, Number(theirs.volume)))
    differences.push({ ...at, field: 'volume', ours: ours.volume, theirs: theirs.volume })
  if (theirs.trade_count !== null && ours.trade_count !== theirs.trade_count)
    differences.push({ ...at, field: 'trade_count', ours: ours.trade_count, theirs: String(theirs.trade_count) })
  return differences
}
