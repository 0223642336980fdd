import { Candle, FeatureRow, Trade } from '@candlewick/market-data'
import type { LogRecord } from '@candlewick/streams'

export interface Shown {
  readonly value: unknown
  readonly pair: string | null
  readonly interval: string | undefined
}

/** @returns a record's content for filters and output; a value that is not JSON stays text */
export function read(record: LogRecord): Shown {
  const text = record.value?.toString() ?? ''
  let value: unknown = text
  try {
    value = JSON.parse(text)
  } catch {}
  const { interval } = Object(value) as { interval?: unknown }
  return { value, pair: record.key, interval: typeof interval === 'string' ? interval : undefined }
}

/** @returns the value as one line of JSON; with key and headers when the value is not an object. */
export const asJson = ({ value }: Shown, record: LogRecord): string =>
  JSON.stringify(typeof value === 'object' && value ? value : { key: record.key, value, headers: record.headers })

/** @returns the record as one line, whose columns align with those of the other lines. */
export function asColumns({ value, pair }: Shown, record: LogRecord, partition: number): string {
  const trade = Trade.safeParse(value).data
  if (trade) return columns(trade.timestamp_ms, trade.pair, [trade.side ?? '', trade.price, trade.qty], trade.trade_id)
  const candle = Candle.safeParse(value).data
  // The dead letter of a control record has its content in a header.
  const content = (record.value === null && record.headers?.source_headers) || JSON.stringify(value)
  if (!candle) return `${partition}/${record.offset}  ${pair ?? ''}  ${content}${reason(record)}`
  const { open, high, low, close, volume, trade_count, complete } = candle
  const name = candle.bar === undefined ? candle.interval : `${candle.interval} #${candle.bar}`
  const prices = columns(candle.open_time_ms, candle.pair, [name, open, high, low, close])
  const rest = `vol ${number(volume)}  ${trade_count} trades${complete ? '' : '  incomplete'}`
  const warm = indicators(value)
  return `${prices}  ${warm ?? rest}`
}

const reason = ({ headers }: LogRecord): string => (headers?.reason ? `  (${headers.reason})` : '')

function indicators(value: unknown): string | undefined {
  const row = FeatureRow.parse(value)
  const own = Object.entries(row).filter(([name]) => !(name in Candle.shape))
  if (own.length === 0) return undefined
  return own.map(([name, x]) => `${name} ${typeof x === 'number' ? number(x) : '–'}`).join('  ')
}

function columns(
  timeMs: number,
  pair: string,
  cells: readonly (string | number)[],
  last: string | number = '',
): string {
  const shown = cells.map(cell => (typeof cell === 'number' ? number(cell).padStart(12) : cell.padEnd(4)))
  return [new Date(timeMs).toISOString().slice(0, 23), pair.padEnd(9), ...shown, last].join(' ').trimEnd()
}

/** Rounds to eight significant digits, which is enough for display. */
export const number = (x: number): string => String(Number(x.toPrecision(8)))
