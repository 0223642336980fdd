import Big from 'big.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { candleOf } from '../src/candle.ts'
import { emptyFold, type Fold, merge } from '../src/fold.ts'
import { addTrade, foldOf as foldOfWindow, neverOpened } from '../src/open-window.ts'
import { initialState } from '../src/pair-state.ts'
import { PAIR, T0 } from './harness.ts'
import { amount } from './market.ts'

type Row = readonly [id: number, price: number, qty: number, buy: boolean]

const rows = fc
  .uniqueArray(fc.tuple(fc.nat(1_000_000), amount, amount, fc.boolean()), { selector: ([id]) => id, maxLength: 40 })
  .map(list => list as Row[])

function foldOf(list: readonly Row[]): Fold {
  const window = neverOpened()
  for (const [trade_id, price, qty, buy] of list) addTrade(window, { trade_id, price, qty, buy })
  return foldOfWindow(window)
}

const merged = (...folds: readonly Fold[]): Fold => {
  const all = emptyFold()
  for (const fold of folds) merge(all, fold)
  return all
}

const MINUTE = { name: '1m', ms: 60_000 }
const STATE = initialState(PAIR, { baseMs: MINUTE.ms, all: [MINUTE], bars: [] })
const candleOfFold = (fold: Fold) => candleOf(STATE, STATE.parts['1m']!, MINUTE, T0, fold, 1)

/** @returns the exact sums of trades, as decimals. */
function exactly(list: readonly Row[]) {
  const sum = (of: (row: Row) => Big) => list.reduce((total, row) => total.plus(of(row)), Big(0))
  return {
    volume: sum(([, , qty]) => Big(qty)),
    quote_volume: sum(([, price, qty]) => Big(price).times(qty)),
    buy_volume: sum(([, , qty, buy]) => Big(buy ? qty : 0)),
  }
}

/** @returns a candle's values, and the errors of its sums. */
function verdict(fold: Fold, exact: ReturnType<typeof exactly>) {
  const { volume, quote_volume, buy_volume, vwap: _, ...rest } = candleOfFold(fold)
  return {
    ...rest,
    volume: distance(volume, exact.volume),
    quote_volume: distance(quote_volume, exact.quote_volume),
    buy_volume: distance(buy_volume, exact.buy_volume),
  }
}

/** @returns 0 within 8 decimals or 1e-15 of it, whichever is coarser; else how far the sum is off. */
function distance(value: number, exact: Big): number {
  const off = Big(value).minus(exact).abs()
  return off.lte('1e-8') || off.lte(exact.times('1e-15')) ? 0 : off.toNumber()
}

describe('the fold', () => {
  it('gives the same result for any order and grouping of its trades', () => {
    const cases = rows.chain(list =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }), fc.nat(), fc.nat()),
    )
    fc.assert(
      fc.property(cases, ([list, shuffled, m, n]) => {
        const exact = exactly(list)
        const whole = verdict(foldOf(list), exact)
        const [from, to] = [m % (list.length + 1), n % (list.length + 1)].sort((a, b) => a - b) as [number, number]
        const [a, b, c] = [list.slice(0, from), list.slice(from, to), list.slice(to)].map(foldOf) as [Fold, Fold, Fold]
        expect(verdict(foldOf(shuffled), exact)).toEqual(whole)
        expect(verdict(merged(merged(a, b), c), exact)).toEqual(whole)
        expect(verdict(merged(a, merged(b, c)), exact)).toEqual(whole)
        expect(verdict(merged(c, a, b), exact)).toEqual(whole)
        expect([whole.volume, whole.quote_volume, whole.buy_volume]).toEqual([0, 0, 0])
      }),
      { numRuns: 300 },
    )
  })

  it('has the empty fold as its identity, on both sides', () => {
    fc.assert(
      fc.property(rows, list => {
        const fold = foldOf(list)
        expect(merged(emptyFold(), fold)).toEqual(fold)
        expect(merged(fold, emptyFold())).toEqual(fold)
      }),
      { numRuns: 100 },
    )
  })

  it.each([
    ['of one size', (i: number) => [64_000.1 + (i % 977) / 10, ((i * 7919) % 100_003) / 1e8 + 1e-8] as const],
    ['of all sizes', (i: number) => [10 ** ((i % 13) - 6), Number(`${(i % 89) + 1}e${(i % 17) - 8}`)] as const],
    ['of a sum that swallows them', (i: number) => [0.1, i === 0 ? 1e15 : 0.1] as const],
  ])('adds 40,000 trades %s to 8 decimals or 1e-15', (_, of) => {
    const list = Array.from({ length: 40_000 }, (_, i): Row => [i, ...of(i), i % 3 === 0])
    const exact = exactly(list)
    const { volume, quote_volume, buy_volume, trade_count } = verdict(foldOf(list), exact)
    expect([trade_count, volume, quote_volume, buy_volume]).toEqual([40_000, 0, 0, 0])
    const tens = Array.from({ length: 10 }, (_, i) => foldOf(list.slice(i * 4000, (i + 1) * 4000)))
    expect(verdict(merged(...tens), exact)).toMatchObject({ volume: 0, quote_volume: 0, buy_volume: 0 })
  })
})

describe('sums at volumes of 1e8 and above', () => {
  /** How many units in the last place of the double the sum is off. */
  const unitsOff = (value: number, exact: Big): number =>
    Big(value)
      .minus(exact)
      .abs()
      .div(2 ** (Math.floor(Math.log2(value)) - 52))
      .toNumber()

  it('are off by less than two units in the last place for volumes, and by at most 9e-16 for quote volumes', () => {
    const quantity = fc
      .tuple(fc.integer({ min: 1, max: 999_999_999_999_999 }), fc.integer({ min: -8, max: 12 }))
      .map(([digits, exponent]) => Number(`${digits}e${exponent}`))
    const price = fc.integer({ min: 1, max: 1e9 }).map(n => n / 1e4)
    const many = fc.array(fc.tuple(price, quantity, fc.boolean()), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(many, list => {
        const trades = [...list.map(([p, q, buy], i): Row => [i, p, q, buy]), [list.length, 1, 1e8, true] as Row]
        const exact = exactly(trades)
        const { volume, quote_volume, buy_volume } = candleOfFold(foldOf(trades))
        expect(unitsOff(volume, exact.volume)).toBeLessThan(2)
        expect(unitsOff(buy_volume, exact.buy_volume)).toBeLessThan(2)
        expect(Big(quote_volume).minus(exact.quote_volume).abs().lte(exact.quote_volume.times('9e-16'))).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('sums at volumes from 1e6 to 4.5e7', () => {
  it('are right to 8 decimals for volumes, even if a double cannot hold the quantities exactly', () => {
    const quantities = fc.array(fc.bigInt({ min: 1n, max: 2n ** 49n }), { minLength: 1, maxLength: 7 })
    fc.assert(
      fc.property(quantities, units => {
        const trades = units.map((n, i): Row => [i, 1, Number(Big(n.toString()).div(1e8)), true])
        const { volume } = candleOfFold(foldOf(trades))
        expect(Big(volume).toFixed(8)).toBe(exactly(trades).volume.toFixed(8))
      }),
      { numRuns: 3000 },
    )
  })

  it('are off by at most 9e-16 for quote volumes', () => {
    const price = fc.integer({ min: 1, max: 1e9 }).chain(n => fc.integer({ min: 0, max: 8 }).map(d => n / 10 ** d))
    const value = fc.integer({ min: 1, max: 9e7 })
    fc.assert(
      fc.property(fc.array(fc.tuple(price, value), { minLength: 1, maxLength: 5 }), list => {
        const trades = list.map(([p, v], i): Row => [i, p, Number(Math.max(v / p, 1e-8).toFixed(8)), true])
        const { quote_volume } = candleOfFold(foldOf(trades))
        const exact = exactly(trades).quote_volume
        expect(Big(quote_volume).minus(exact).abs().lte(exact.times('9e-16'))).toBe(true)
      }),
      { numRuns: 3000 },
    )
  })
})

describe('a candle', () => {
  it('has low ≤ open, close, vwap ≤ high, and a bought volume of at most the volume', () => {
    fc.assert(
      fc.property(
        rows.filter(list => list.length > 0),
        list => {
          const { open, high, low, close, vwap, volume, buy_volume } = candleOfFold(foldOf(list))
          expect(Math.min(open, close, vwap)).toBeGreaterThanOrEqual(low)
          expect(Math.max(open, close, vwap)).toBeLessThanOrEqual(high)
          expect(buy_volume).toBeLessThanOrEqual(volume)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('shows the exact decimal sum of its quantities', () => {
    const quantities = fc.array(fc.integer({ min: 1, max: 1e12 }), { minLength: 1, maxLength: 30 })
    fc.assert(
      fc.property(quantities, units => {
        const exact = units.reduce((sum, n) => sum.plus(n), Big(0)).div(1e8)
        const fold = foldOf(units.map((n, i) => [i, 1, n / 1e8, true]))
        expect(candleOfFold(fold)).toMatchObject({ volume: exact.toNumber(), buy_volume: exact.toNumber() })
      }),
    )
  })
})
