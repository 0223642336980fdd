import type { Candle } from '@candlewick/market-data'
import type { Spans } from '@candlewick/service'
import type { TracePropagation } from '@candlewick/streams'

/** Gives a feature row a span in the trace of its candle. */
export function technicalIndicatorsTracing(spans: Spans, topic: string): TracePropagation {
  let parent: string | undefined
  return {
    record(_pair, { headers }) {
      parent = headers?.traceparent
    },
    output(pair, value) {
      if (parent === undefined) return undefined
      const { interval, open_time_ms } = value as Candle
      const attributes = { 'candlewick.interval': interval, 'candlewick.open_time_ms': open_time_ms }
      return spans.begin({ topic, key: pair, parent, attributes })
    },
    written: () => spans.written(),
  }
}
