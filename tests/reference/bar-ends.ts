import type { BarSpec, Trade } from '@candlewick/market-data'
import Big from 'big.js'

/** @returns a function that takes a series' trades one by one, and returns whether the bar ends with the trade */
export function barEnds(spec: BarSpec): (trade: Trade) => boolean {
  return spec.kind === 'tick-imbalance' || spec.kind === 'value-imbalance' ? byImbalance(spec) : bySum(spec)
}

/** Ends bars by exact decimal sums. */
function bySum({ kind, threshold }: BarSpec): (trade: Trade) => boolean {
  let sum = Big(0)
  return ({ price, qty }) => {
    sum = sum.plus(kind === 'tick' ? 1 : kind === 'volume' ? qty : Big(price).times(qty))
    const isEnd = sum.gte(threshold)
    if (isEnd) sum = Big(0)
    return isEnd
  }
}

const mean = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0) / numbers.length
/** The exponentially weighted average of the values, oldest first, from `start` on. */
const weighted = (values: readonly number[], start: number, bound = (x: number) => x): number =>
  values.reduce((average, value) => bound(average + 0.1 * (value - average)), start)

/** Ends imbalance bars, computed from the lists of all trades and bars so far. */
function byImbalance({ kind, threshold: n }: BarSpec): (trade: Trade) => boolean {
  const bars: { readonly signed: number[]; readonly sizes: number[] }[] = []
  let [signed, sizes]: number[][] = [[], []]
  const prices: number[] = []
  const sign = (): number => {
    const last = prices.findLastIndex((price, i) => i > 0 && price !== prices[i - 1])
    return last < 0 ? 0 : Math.sign(prices[last]! - prices[last - 1]!)
  }
  return ({ price, qty }) => {
    prices.push(price)
    const size = kind === 'tick-imbalance' ? 1 : price * qty
    sizes!.push(size)
    signed!.push(sign() * size)
    const trades = weighted(
      bars.map(bar => bar.sizes.length),
      n,
      x => Math.min(Math.max(x, n / 4), 4 * n),
    )
    const means = bars.map(bar => mean(bar.sizes))
    const expectedSize = bars.length === 0 ? mean(sizes!) : weighted(means, means[0]!)
    const expectedSigned = weighted(
      bars.map(bar => mean(bar.signed)),
      0,
    )
    const expected = trades * Math.max(Math.abs(expectedSigned), expectedSize / Math.sqrt(trades))
    const theta = signed!.reduce((a, b) => a + b, 0)
    if (Math.abs(theta) < expected && sizes!.length < 4 * n) return false
    bars.push({ signed: signed!, sizes: sizes! })
    ;[signed, sizes] = [[], []]
    return true
  }
}
