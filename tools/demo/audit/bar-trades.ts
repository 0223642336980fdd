import { barSpec, type Candle, isImbalance } from '@candlewick/market-data'
import { type AuditTrade, type Sums, sumsOf, together } from './recomputation.ts'

/** Maximum number of trades that are kept of each pair. Bars with more or older trades cannot be recomputed and count as unchecked. */
const KEPT = 20_000
/** By how much a bar's sum may differ from its threshold because of rounding, relative to the threshold. */
const ROUNDING = 1e-9

/** The newest trades of each pair by id, for bars. */
export class BarTrades {
  readonly #trades = new Map<string, Map<number, AuditTrade>>()

  add(trade: AuditTrade): void {
    const own = this.#trades.get(trade.pair) ?? new Map<number, AuditTrade>()
    this.#trades.set(trade.pair, own.set(trade.trade_id, trade))
    if (own.size > KEPT) own.delete(own.keys().next().value!)
  }

  /**
   * @returns the sums of the trades from the bar's first to its last id; undefined if some of them are not kept. `isEnd` says
   *   whether exactly the last trade reaches the bar's threshold.
   */
  sums({ pair, interval, first_trade_id, last_trade_id }: Candle): { sums: Sums; isEnd: boolean } | undefined {
    const own = this.#trades.get(pair)
    const { kind, threshold } = barSpec(interval)
    const measure = kind === 'volume' ? 'volume' : kind === 'value' ? 'quote_volume' : 'trade_count'
    let [before, sums]: (Sums | undefined)[] = []
    for (let id = first_trade_id!; id <= last_trade_id!; id++) {
      const trade = own?.get(id)
      if (!trade) return undefined
      before = sums
      sums = sums ? together(sums, sumsOf(trade)) : sumsOf(trade)
    }
    const reached = (at: Sums | undefined, least: number) => at !== undefined && Number(at[measure]) >= least
    // The end of an imbalance bar depends on all bars before it, so it cannot be checked.
    const isRight = reached(sums, threshold * (1 - ROUNDING)) && !reached(before, threshold * (1 + ROUNDING))
    return sums && { sums, isEnd: isImbalance(kind) || isRight }
  }
}
