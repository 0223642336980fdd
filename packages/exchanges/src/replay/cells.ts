import { type ExchangeTrade, exchangeTrade, Malformed } from '../trade.ts'
import type { Cells, Column } from './fields.ts'
import { millisOf, type TimeFormat } from './times.ts'
import { DECIMAL_BYTES_MAX } from './trade-batch.ts'

/** Texts for an unknown side, as tardis.dev and others write it. */
const UNKNOWN_SIDES: readonly unknown[] = [undefined, null, '', 'unknown', 'null']
const TAKER: Readonly<Record<string, 'buy' | 'sell'>> = { buy: 'buy', b: 'buy', sell: 'sell', s: 'sell' }
const OTHER = { buy: 'sell', sell: 'buy' } as const

function sideOf({ side, maker_side, buyer_is_maker }: Cells): unknown {
  if (buyer_is_maker !== undefined) {
    const flag = String(buyer_is_maker).toLowerCase()
    if (flag === 'true' || flag === '1') return 'sell'
    if (flag === 'false' || flag === '0') return 'buy'
    throw new Malformed(`buyer_is_maker ${JSON.stringify(buyer_is_maker)} is not true or false`)
  }
  const text = maker_side ?? side
  const known = TAKER[String(text).toLowerCase()]
  if (known) return maker_side === undefined ? known : OTHER[known]
  return UNKNOWN_SIDES.includes(typeof text === 'string' ? text.toLowerCase() : text) ? null : text
}

function timeOf({ time, timestamp_ms }: Cells, format: TimeFormat): number {
  if (timestamp_ms !== undefined) return millisOf(String(timestamp_ms), 'ms')
  if (time === undefined || time === null || time === '') throw new Malformed('timestamp is missing')
  return millisOf(String(time), format)
}

/** @returns whether the cell identifies a trade: empty and null ids do not. */
export const hasId = ({ trade_id }: Cells): boolean =>
  trade_id !== undefined && trade_id !== null && trade_id !== '' && trade_id !== 'null'

/** @returns whether the cell is a whole number, with the zeros behind a point that spreadsheets add. */
export const hasNumericId = (cells: Cells): boolean => hasId(cells) && /^\d+(\.0+)?$/.test(String(cells.trade_id))

/**
 * @param number id of a trade in a file without ids; undefined if the file has ids
 * @throws Malformed naming the field
 */
export function tradeOfCells(
  cells: Cells,
  { pair, number, time }: { readonly pair: string; readonly number: number | undefined; readonly time: TimeFormat },
): ExchangeTrade {
  const { price, qty } = cells
  if (String(price).length > DECIMAL_BYTES_MAX) throw new Malformed(`price ${String(price).slice(0, 60)}… is no price`)
  if (String(qty).length > DECIMAL_BYTES_MAX) throw new Malformed(`qty ${String(qty).slice(0, 60)}… is no quantity`)
  if (price === undefined || qty === undefined) throw new Malformed('no price or no quantity')
  if (number === undefined && !hasId(cells)) throw new Malformed('trade_id is empty, where other lines have one')
  if (number === undefined && !hasNumericId(cells))
    throw new Malformed(`trade_id ${JSON.stringify(cells.trade_id)} is not a non-negative safe integer`)
  return exchangeTrade({
    pair,
    trade_id: number ?? Number(cells.trade_id),
    side: sideOf(cells),
    price: String(price),
    qty: String(qty),
    timestamp_ms: timeOf(cells, time),
  })
}

export function cellsOfRow(columns: readonly Column[], row: readonly unknown[]): Cells {
  if (row.length !== columns.length) throw new Malformed(`${row.length} columns instead of ${columns.length}`)
  const cells: Cells = {}
  for (const [i, field] of columns.entries()) if (field !== '-') cells[field] = row[i]
  return cells
}
