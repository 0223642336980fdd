import type { Candle, Trade } from '@candlewick/market-data'
import type { Spans } from '@candlewick/service'
import type { TracePropagation } from '@candlewick/streams'

/** A sampled trade that a candle may come from. */
interface Sampled {
  readonly timestamp_ms: number
  readonly traceparent: string
}

/** How many sampled trades of a pair are remembered. If there are more, every second one is dropped. */
const REMEMBERED_MAX = 64

/**
 * Gives a candle a span in the trace of the last sampled trade of its window, linked to the trace of the first one. A candle
 * without a sampled trade has no span.
 */
export function candlesTracing(spans: Spans, topic: string): TracePropagation {
  const byPair = new Map<string, Sampled[]>()
  /** How many sampled trades of a pair were dropped since its last candle with a span. */
  const dropped = new Map<string, number>()
  return {
    record(pair, { headers, value }) {
      const traceparent = headers?.traceparent
      if (traceparent === undefined) return
      const sampled = byPair.get(pair) ?? []
      const timestamp_ms = timeOf(value)
      if (timestamp_ms === undefined) return
      sampled.push({ timestamp_ms, traceparent })
      const kept = sampled.length > REMEMBERED_MAX ? sampled.filter((_, i) => i % 2 === 0) : sampled
      if (kept !== sampled) dropped.set(pair, (dropped.get(pair) ?? 0) + sampled.length - kept.length)
      byPair.set(pair, kept)
    },
    output(pair, value) {
      const { interval, open_time_ms, close_time_ms, trade_count } = value as Candle
      const inside = byPair.get(pair)?.filter(s => s.timestamp_ms >= open_time_ms && s.timestamp_ms < close_time_ms)
      const [first, last] = [inside?.[0], inside?.at(-1)]
      if (!first || !last) return undefined
      const leftOut = dropped.get(pair) ?? 0
      dropped.delete(pair)
      const attributes = {
        'candlewick.interval': interval,
        'candlewick.open_time_ms': open_time_ms,
        // Samples that may have been the first or the last one of this window.
        ...(leftOut > 0 && { 'candlewick.samples_left_out': leftOut }),
      }
      return spans.begin({
        topic,
        key: pair,
        parent: last.traceparent,
        links: first === last ? [] : [first.traceparent],
        attributes: { ...attributes, 'candlewick.trade_count': trade_count },
      })
    },
    written: () => spans.written(),
  }
}

/** @returns the trade's time, Unix ms; undefined if the value is no trade. */
function timeOf(value: Buffer | null): number | undefined {
  try {
    return (JSON.parse(String(value)) as Trade).timestamp_ms
  } catch {
    return undefined
  }
}
