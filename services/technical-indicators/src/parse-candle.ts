import { Candle, intervalMs, isBar, isPlainCandle, windowStart } from '@candlewick/market-data'
import { checked, type LogRecord, parseJson, Rejected } from '@candlewick/streams/processor'

/** How far the end of a closed window may be ahead of the time at which its record was written. */
const FUTURE_MAX_MS = 3_600_000

/** @returns the record's candle, which must be of the pair. @throws Rejected that names the wrong field */
export function parseCandle(record: LogRecord, pair: string): Candle {
  const value = parseJson(record)
  const candle = isPlainCandle(value) ? value : checked(Candle, value)
  const { timestamp } = record
  if (candle.pair !== pair) throw new Rejected('malformed', `pair ${candle.pair} is not the record's key, ${pair}`)
  const wrong = inconsistency(candle)
  if (wrong) throw new Rejected('malformed', wrong)
  if (candle.close_time_ms > timestamp + FUTURE_MAX_MS)
    throw new Rejected(
      'future',
      `close_time_ms ${candle.close_time_ms} is more than an hour after the record was written, ${timestamp}`,
    )
  return candle
}

/** @returns a sentence about fields that contradict each other; undefined if none do. */
function inconsistency(candle: Candle): string | undefined {
  const { open, high, low, close } = candle
  const wrong = isBar(candle.interval) ? inconsistentBar(candle) : inconsistentWindow(candle)
  if (wrong !== undefined) return wrong
  if (low > Math.min(open, close) || high < Math.max(open, close))
    return `low ${low} and high ${high} do not enclose open ${open} and close ${close}`
  return undefined
}

function inconsistentBar({ interval, bar, open_time_ms, close_time_ms, trade_count }: Candle): string | undefined {
  if (bar === undefined) return `bar is missing, which numbers the bars of ${interval}`
  if (trade_count === 0) return `trade_count is 0, and a bar of ${interval} has trades`
  if (close_time_ms < open_time_ms) return `close_time_ms ${close_time_ms} is before open_time_ms ${open_time_ms}`
  return undefined
}

function inconsistentWindow({ interval, bar, open_time_ms, close_time_ms }: Candle): string | undefined {
  if (bar !== undefined) return `bar ${bar} is set, but ${interval} is an interval of time`
  const length = intervalMs(interval)
  if (windowStart(open_time_ms, length) !== open_time_ms)
    return `open_time_ms ${open_time_ms} is not the start of a ${interval} window`
  if (close_time_ms !== open_time_ms + length)
    return `close_time_ms ${close_time_ms} is not ${interval} after open_time_ms ${open_time_ms}`
  return undefined
}
