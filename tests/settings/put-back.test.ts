import { type Candle, type FeatureRow, intervalMs } from '@candlewick/market-data'
import { chooseIndicators } from '@candlewick/own-features'
import type { LogRecord, Processor } from '@candlewick/streams'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { candlesProcessor } from '../../services/candles/src/processor.ts'
import { technicalIndicatorsProcessor } from '../../services/technical-indicators/src/processor.ts'

const PAIR = 'BTC/USD'
const T0 = 1_767_225_600_000
const PERIOD = 3
const NAMES = ['1s', '2s', '5s', '10s'] as const
const { indicators } = chooseIndicators({ INDICATORS: `sma:${PERIOD}` })

const recordOf = (value: object, offset: number): LogRecord => ({
  offset,
  timestamp: T0 + 1e9,
  key: PAIR,
  value: Buffer.from(JSON.stringify(value)),
})

/** A time with one configuration: its intervals, and the seconds between its trades. */
const phase = fc.record({
  intervals: fc.subarray([...NAMES], { minLength: 1 }),
  gaps: fc.array(fc.oneof(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 40 })), { maxLength: 25 }),
  emptyCandles: fc.constantFrom('flat' as const, 'skip' as const),
})

/** Runs the phases one after another, as services that are restarted with other settings. */
function rowsOf(phases: readonly { intervals: string[]; gaps: number[]; emptyCandles: 'flat' | 'skip' }[]) {
  const rows: FeatureRow[] = []
  const rejected: unknown[] = []
  const count = () => {}
  let state: unknown
  let config = ''
  let [at, id] = [T0, 1]
  const features = technicalIndicatorsProcessor(indicators)
  const featureState = features.initial(PAIR)
  const take = (candle: object) =>
    features.process(featureState, recordOf(candle, 0), { output: row => rows.push(row as FeatureRow), count })
  for (const { intervals, gaps, emptyCandles } of phases) {
    const candles = candlesProcessor({ intervals, emptyCandles }) as unknown as Processor<unknown>
    const stored = JSON.parse(JSON.stringify(state ?? candles.initial(PAIR))) as unknown
    state = config === '' || config === candles.configHash ? stored : candles.reconfigure!(stored, config)
    config = candles.configHash
    if (id === 1) {
      const birth = { pair: PAIR, epoch: [0, 0], from: null, complete_from_ms: T0 }
      candles.control(state, 'arrive', birth, { output: take, count }, T0)
    }
    for (const gap of gaps) {
      at += gap * 1000
      const trade = { pair: PAIR, trade_id: id++, side: 'buy', price: (id * 7919) % 997, qty: 1, timestamp_ms: at }
      try {
        candles.process(state, recordOf({ ...trade, price: trade.price + 1 }, id), { output: take, count })
      } catch (error) {
        rejected.push(error)
      }
    }
  }
  return { rows, rejected }
}

it('an interval that is removed and put back never averages across the hole, whatever else changes', () => {
  fc.assert(
    fc.property(fc.array(phase, { minLength: 2, maxLength: 6 }), phases => {
      const { rows, rejected } = rowsOf(phases)
      expect(rejected).toEqual([])
      const mayOmit = phases.some(({ emptyCandles }) => emptyCandles === 'skip')
      for (const [interval, series] of Map.groupBy(rows, row => row.interval)) {
        const ms = intervalMs(interval)
        const isNext = (before: Candle, row: Candle) =>
          row.open_time_ms === before.open_time_ms + ms ||
          (mayOmit && row.first_trade_id !== null && row.first_trade_id === lastIdUntil(series, before) + 1)
        let run: FeatureRow[] = []
        for (const row of series) {
          const before = run.at(-1)
          run = before && !isNext(before, row) ? [row] : [...run, row]
          const window = run.slice(-PERIOD)
          const average = window.reduce((sum, { close }) => sum + close, 0) / PERIOD
          const expected = window.length < PERIOD ? null : average
          const value = row[`sma_${PERIOD}`] as number | null
          if (expected === null)
            expect([row.interval, row.open_time_ms, value]).toEqual([row.interval, row.open_time_ms, null])
          else expect(value).toBeCloseTo(expected, 6)
          if (value === null && run[0] !== series[0]) expect(row.complete).toBe(false)
        }
        expect(new Set(series.map(row => row.open_time_ms)).size).toBe(series.length)
      }
    }),
    { numRuns: 500 },
  )
})

/** @returns the id of the last trade up to and with the row; -1 if there was none */
function lastIdUntil(series: readonly Candle[], row: Candle): number {
  const until = series.slice(0, series.indexOf(row) + 1)
  return until.findLast(({ last_trade_id }) => last_trade_id !== null)?.last_trade_id ?? -1
}
