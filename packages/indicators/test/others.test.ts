import { describe, expect, test } from 'vitest'
import type { Bar } from '../src/bar.ts'
import { CATALOGUE, INDICATORS } from '../src/catalogue.ts'
import { run } from './run.ts'
import { KINDS, series } from './series.ts'

/** Indicators that TA-Lib lacks, computed by their definitions from all candles so far: slowly, and without shared code. */
type Definition = (bars: readonly Bar[], ...parameters: number[]) => (number | null)[]

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)
const mean = (values: readonly number[]) => sum(values) / values.length
const deviation = (values: readonly number[], degrees: number) =>
  Math.sqrt(sum(values.map(v => (v - mean(values)) ** 2)) / (values.length - degrees))
const middle = (bars: readonly Bar[]) => (Math.max(...bars.map(b => b.high)) + Math.min(...bars.map(b => b.low))) / 2
const price = (bars: readonly Bar[]): number | null => {
  const volume = sum(bars.map(b => b.volume))
  return volume > 0 ? sum(bars.map(b => b.quote_volume)) / volume : null
}
const day = (bar: Bar) => Math.floor(bar.open_time_ms / 86_400_000)

const DEFINITIONS: Readonly<Record<string, { readonly sets: readonly number[][]; readonly of: Definition }>> = {
  amihud: {
    sets: [[20], [5]],
    of: (bars, n) => {
      const impacts = bars.slice(-n!).flatMap((bar, i) => {
        const before = bars.at(i - n! - 1)!.close
        return bar.quote_volume > 0 ? [Math.abs(bar.close / before - 1) / bar.quote_volume] : []
      })
      return [impacts.length > 0 ? mean(impacts) : null]
    },
  },
  ichimoku: {
    sets: [
      [9, 26, 52],
      [5, 3, 10],
    ],
    of: (bars, conversion, base, span) => {
      const then = bars.slice(0, bars.length - base! + 1)
      return [
        middle(bars.slice(-conversion!)),
        middle(bars.slice(-base!)),
        (middle(then.slice(-conversion!)) + middle(then.slice(-base!))) / 2,
        middle(then.slice(-span!)),
      ]
    },
  },
  log_return: { sets: [[1], [10]], of: (bars, n) => [Math.log(bars.at(-1)!.close / bars.at(-1 - n!)!.close)] },
  order_flow_imbalance: {
    sets: [[20], [1]],
    of: (bars, n) => {
      const last = bars.slice(-n!)
      const sold = last.map(b => b.volume - b.buy_volume)
      const volume = sum(last.map(b => b.volume))
      return [volume > 0 ? (sum(last.map(b => b.buy_volume)) - sum(sold)) / volume : 0]
    },
  },
  trade_intensity: {
    sets: [[20], [5]],
    of: (bars, n) => {
      const usual = mean(bars.slice(-n!).map(b => b.trade_count))
      return [usual > 0 ? bars.at(-1)!.trade_count / usual : 0]
    },
  },
  volatility_close: {
    sets: [[20], [5]],
    of: (bars, n) => {
      const closes = bars.slice(-n! - 1).map(b => b.close)
      return [
        deviation(
          closes.slice(1).map((close, i) => Math.log(close / closes[i]!)),
          1,
        ),
      ]
    },
  },
  volatility_garman_klass: {
    sets: [[20], [5]],
    of: (bars, n) => {
      const terms = bars.slice(-n!).map(b => {
        const [range, body] = [Math.log(b.high / b.low), Math.log(b.close / b.open)]
        return range ** 2 / 2 - (2 * Math.log(2) - 1) * body ** 2
      })
      return [Math.sqrt(Math.max(0, mean(terms)))]
    },
  },
  volatility_parkinson: {
    sets: [[20], [5]],
    of: (bars, n) => [Math.sqrt(mean(bars.slice(-n!).map(b => Math.log(b.high / b.low) ** 2)) / (4 * Math.log(2)))],
  },
  vwap: { sets: [[20], [3]], of: (bars, n) => [price(bars.slice(-n!))] },
  vwap_session: { sets: [[]], of: bars => [price(bars.filter(bar => day(bar) === day(bars.at(-1)!)))] },
  zscore: {
    sets: [[20], [5]],
    of: (bars, n) => {
      const closes = bars.slice(-n!).map(b => b.close)
      const spread = closes.every(close => close === closes[0]) ? 0 : deviation(closes, 0)
      return [spread > 0 ? (closes.at(-1)! - mean(closes)) / spread : 0]
    },
  },
}

const EVERY = 37
const isNear = (a: number | null, b: number | null, scale: number) =>
  a === null || b === null ? a === b : Math.abs(a - b) <= 1e-9 * Math.abs(b) + 1e-12 * scale

describe('an indicator that TA-Lib lacks', () => {
  test('is compared with its definition for every such indicator', () => {
    const names = CATALOGUE.filter(({ source }) => !source.startsWith('TA-Lib')).map(({ name }) => name)
    expect(Object.keys(DEFINITIONS).sort()).toEqual(names.sort())
  })

  const cases = Object.entries(DEFINITIONS).flatMap(([name, { sets, of }]) => sets.map(set => ({ name, set, of })))
  test.each(cases)('$name $set', ({ name, set, of }) => {
    const indicator = INDICATORS[name]!.make(...set)
    for (const kind of KINDS) {
      const bars = series(kind, 3000)
      const outputs = run(indicator, bars)
      for (const [j, output] of outputs.entries()) {
        expect(output.slice(0, indicator.warmup).every(value => value === null)).toBe(true)
        const scale = name === 'zscore' ? 1000 : Math.max(...output.map(value => Math.abs(value ?? 0)))
        for (let i = indicator.warmup; i < bars.length; i += i < indicator.warmup + 100 ? 1 : EVERY) {
          const expected = of(bars.slice(0, i + 1), ...set)[j]!
          if (!isNear(output[i]!, expected, scale))
            expect({ kind, i, j, value: output[i] }).toEqual({ kind, i, j, value: expected })
        }
      }
    }
  })
})
