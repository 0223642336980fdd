import type { Spans } from '@candlewick/service'
import { expect, it } from 'vitest'
import { candlesTracing } from '../src/trace-propagation.ts'
import { aTrade, PAIR, recordOf, T0 } from './harness.ts'

it("says in a candle's span how many sampled trades are left out", () => {
  type Span = Parameters<Spans['begin']>[0]
  const begun: Span[] = []
  const spans = { begin: (span: Span) => begun.push(span), written: () => {} } as unknown as Spans
  const tracing = candlesTracing(spans, 'candles')
  const candle = { pair: PAIR, interval: '1m', open_time_ms: T0, close_time_ms: T0 + 60_000, trade_count: 65 }
  for (let i = 0; i < 65; i++) {
    const headers = { traceparent: `00-${i}` }
    tracing.record(PAIR, { ...recordOf(JSON.stringify(aTrade(i, i))), headers })
  }
  tracing.output(PAIR, candle)
  tracing.output(PAIR, candle)
  expect(begun.map(({ attributes }) => attributes?.['candlewick.samples_left_out'])).toEqual([32, undefined])
})
