import { type ExchangeTrade, exchangeTrade, isTradeId, Malformed, shown } from '../trade.ts'
import type { Cells, Column } from './fields.ts'
import { MILLIS, millisOf, type TimeFormat } from './times.ts'

/** Texts for an unknown side, as tardis.dev and others write it. */
const UNKNOWN_SIDES: readonly unknown[] = [undefined, null, '', 'unknown', 'null']
const TAKER: Readonly<Record<string, 'buy' | 'sell'>> = { buy: 'buy', b: 'buy', sell: 'sell', s: 'sell' }
const OTHER = { buy: 'sell', sell: 'buy' } as const

function sideOf({ side, maker_side, buyer_is_maker }: Cells): unknown {
  if (buyer_is_maker !== undefined) {
    const flag = typeof buyer_is_maker === 'string' ? buyer_is_maker.toLowerCase() : buyer_is_maker
    if (flag === true || flag === 'true' || flag === '1') return 'sell'
    if (flag === false || flag === 'false' || flag === '0') return 'buy'
    throw new Malformed(`buyer_is_maker ${shown(buyer_is_maker)} is not true or false`)
  }
  const text = maker_side ?? side
  const known = typeof text === 'string' ? TAKER[text.toLowerCase()] : undefined
  if (known) return maker_side === undefined ? known : OTHER[known]
  return UNKNOWN_SIDES.includes(typeof text === 'string' ? text.toLowerCase() : text) ? null : text
}

function timeOf({ time, timestamp_ms }: Cells, format: TimeFormat): number {
  const text = timestamp_ms === undefined ? time : timestamp_ms
  if (text === undefined || text === null || text === '') throw new Malformed('timestamp is missing')
  if (typeof text !== 'string') throw new Malformed(`timestamp ${shown(text)} is not a time`)
  const ms = millisOf(text, timestamp_ms === undefined ? format : 'ms')
  if (ms < MILLIS.min) throw new Malformed(`timestamp ${shown(text)} is before 1973: is its unit another one?`)
  if (ms >= MILLIS.below) throw new Malformed(`timestamp ${shown(text)} is after 5138: is its unit another one?`)
  return ms
}

/** How spreadsheets, databases and pandas write that there is none. */
const NO_ID = /^(null|none|nan|na|n\/a|\\n)?$/i

/** @returns whether the cell identifies a trade: empty and null ids do not. */
export const hasId = ({ trade_id }: Cells): boolean =>
  trade_id !== undefined && trade_id !== null && !(typeof trade_id === 'string' && NO_ID.test(trade_id))

/** @returns whether the cell is a whole number, with the zeros behind a point that spreadsheets add. */
export const hasNumericId = ({ trade_id }: Cells): boolean =>
  typeof trade_id === 'string' && /^\d+(\.0+)?$/.test(trade_id)

/**
 * @param number id of a trade in a file without ids; undefined if the file has ids
 * @throws Malformed naming the field
 */
export function tradeOfCells(
  cells: Cells,
  { pair, number, time }: { readonly pair: string; readonly number: number | undefined; readonly time: TimeFormat },
): ExchangeTrade {
  const { price, qty } = cells
  if (price === undefined || qty === undefined) throw new Malformed('no price or no quantity')
  const trade_id = number ?? (hasNumericId(cells) ? Number(cells.trade_id) : undefined)
  if (!isTradeId(trade_id)) throw new Malformed(`trade_id ${shown(cells.trade_id)} is not a non-negative safe integer`)
  return exchangeTrade({ pair, trade_id, side: sideOf(cells), price, qty, timestamp_ms: timeOf(cells, time) })
}

export function cellsOfRow(columns: readonly Column[], row: readonly unknown[]): Cells {
  if (row.length !== columns.length) throw new Malformed(`${row.length} columns instead of ${columns.length}`)
  const cells: Cells = {}
  for (const [i, field] of columns.entries()) if (field !== '-') cells[field] = row[i]
  return cells
}
