import { parseIndicators } from '@candlewick/indicators'
import type { Candle, FeatureRow } from '@candlewick/market-data'
import type { LogRecord } from '@candlewick/streams'
import { expect, it } from 'vitest'
import { candlesProcessor } from '../../services/candles/src/processor.ts'
import { technicalIndicatorsProcessor } from '../../services/technical-indicators/src/processor.ts'

const T0 = 1_767_225_600_000
const PAIR = 'BTC/USD'

const record = (value: object, timestamp: number): LogRecord => ({
  offset: 0,
  timestamp,
  key: PAIR,
  value: Buffer.from(JSON.stringify(value)),
})

it('computes no indicator across the hour in which an interval was not in CANDLE_INTERVALS', () => {
  const indicators = technicalIndicatorsProcessor(parseIndicators('sma:3; obv'))
  const rows: FeatureRow[] = []
  const counts: string[] = []
  const emit = { output: (row: object) => rows.push(row as FeatureRow), count: (name: string) => counts.push(name) }
  const series = indicators.initial(PAIR)
  const toRows = {
    output: (candle: object) => indicators.process(series, record(candle, (candle as Candle).close_time_ms), emit),
    count: (name: string) => counts.push(name),
  }
  const first = candlesProcessor({ intervals: ['1s', '5s'], emptyCandles: 'flat' })
  const second = candlesProcessor({ intervals: ['5s'], emptyCandles: 'flat' })
  let state = first.initial(PAIR)
  const trade = (processor: typeof first, n: number, price: number) => {
    const timestamp_ms = T0 + n * 1000
    const one = { pair: PAIR, trade_id: n, side: 'buy', price, qty: 1, timestamp_ms }
    processor.process(state, record(one, timestamp_ms), toRows)
  }
  for (let n = 0; n < 21; n++) trade(first, n, 100)
  state = second.reconfigure!(state, first.configHash)
  for (let n = 21; n < 3621; n++) trade(second, n, 500)
  state = first.reconfigure!(state, second.configHash)
  for (let n = 3621; n < 3640; n++) trade(first, n, 500)

  const behind = rows.filter(({ interval, open_time_ms }) => interval === '1s' && open_time_ms > T0 + 20_000)
  expect(behind.map(row => row.sma_3).slice(0, 4)).toEqual([null, null, 500, 500])
  expect(behind.map(row => row.complete).slice(0, 4)).toEqual([false, false, true, true])
  expect(counts.filter(name => name.startsWith('series_restarted'))).toEqual([`series_restarted:${PAIR} 1s`])
  const regular = rows.filter(({ interval }) => interval === '5s')
  expect(regular.every((row, i) => i === 0 || row.open_time_ms === regular[i - 1]!.close_time_ms)).toBe(true)
  expect(regular.slice(1).every(row => row.complete)).toBe(true)
})
