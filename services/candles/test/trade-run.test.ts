import fc from 'fast-check'
import { expect, it } from 'vitest'
import { candlesProcessor } from '../src/processor.ts'
import { BOUGHT, NO_ROW, type TradeRun } from '../src/trade-run.ts'

const T0 = 1_767_225_600_000

interface Drawn {
  readonly idStep: number
  readonly msStep: number
  readonly price: number
  readonly qty: number
  readonly side: number
}

const drawn: fc.Arbitrary<Drawn> = fc.record({
  idStep: fc.oneof({ weight: 9, arbitrary: fc.constant(1) }, fc.integer({ min: -2, max: 3 })),
  msStep: fc.oneof({ weight: 5, arbitrary: fc.integer({ min: 0, max: 300 }) }, fc.integer({ min: -2000, max: 3000 })),
  price: fc.integer({ min: 1, max: 1e9 }).map(n => n / 1e4),
  qty: fc.integer({ min: 1, max: 1e9 }).map(n => n / 1e8),
  side: fc.constantFrom(0, BOUGHT, 2),
})

function runOf(trades: readonly Drawn[], written_ms: number): TradeRun {
  const running = (steps: readonly number[], from: number) => {
    let sum = from
    return Float64Array.from(steps, step => (sum += step))
  }
  return {
    ids: running(
      trades.map(({ idStep }) => idStep),
      10,
    ),
    times: running(
      trades.map(({ msStep }) => msStep),
      T0,
    ),
    prices: Float64Array.from(trades, ({ price }) => price),
    qtys: Float64Array.from(trades, ({ qty }) => qty),
    sides: Uint8Array.from(trades, ({ side }) => side),
    next: Int32Array.from(trades, (_, row) => (row + 1 < trades.length ? row + 1 : NO_ROW)),
    written_ms,
  }
}

/** @returns the final state, the outputs, and how many trades were processed as part of a run */
function processed(run: TradeRun, usesRuns: boolean) {
  const candles = candlesProcessor({ intervals: ['1s', '3s'], emptyCandles: 'flat' })
  const state = candles.initial('A/USD')
  const outputs: unknown[] = []
  const emit = { output: (candle: object) => outputs.push(structuredClone(candle)), count: () => {} }
  let inRuns = 0
  for (let row = 0; row < run.ids.length; row++) {
    const last = usesRuns ? candles.processRun(state, run, row) : NO_ROW
    if (last !== NO_ROW) {
      inRuns += last - row + 1
      row = last
      continue
    }
    const trade = {
      trade_id: run.ids[row]!,
      price: run.prices[row]!,
      qty: run.qtys[row]!,
      timestamp_ms: run.times[row]!,
      buy: run.sides[row] === BOUGHT,
      written_ms: run.written_ms,
      content_hash: 0,
    }
    try {
      candles.processTrade(state, trade, emit)
    } catch (error) {
      outputs.push((error as Error).message)
    }
  }
  return { state, outputs, inRuns }
}

it('gives the same state and candles for a run as for its trades one by one', () => {
  let inRuns = 0
  const property = fc.property(
    fc.array(drawn, { maxLength: 60, size: 'max' }),
    fc.constantFrom(T0 - 10, T0 + 5_000, T0 + 1e9),
    (trades, writtenMs) => {
      const run = runOf(trades, writtenMs)
      const { inRuns: count, ...rest } = processed(run, true)
      inRuns += count
      const { state, outputs } = processed(run, false)
      expect(rest).toEqual({ state, outputs })
    },
  )
  fc.assert(property, { numRuns: 500 })
  // Otherwise the property would hold even if runs were never used.
  expect(inRuns).toBeGreaterThan(2_000)
})
