import { Malformed } from '../trade.ts'

/** What a column can be; `-` is none of these. */
export const FIELDS = ['pair', 'trade_id', 'side', 'buyer_is_maker', 'price', 'qty', 'time', 'timestamp_ms'] as const
export type Field = (typeof FIELDS)[number]

/** A line's cells by field; numbers as the text that the file has. */
export type Cells = Partial<Record<Field, unknown>>

/** Names that files use, beside the fields' own. */
const ALIASES: Readonly<Record<string, Field>> = {
  symbol: 'pair',
  s: 'pair',
  id: 'trade_id',
  agg_trade_id: 'trade_id',
  a: 'trade_id',
  t: 'trade_id',
  is_buyer_maker: 'buyer_is_maker',
  m: 'buyer_is_maker',
  p: 'price',
  quantity: 'qty',
  amount: 'qty',
  volume: 'qty',
  size: 'qty',
  q: 'qty',
  timestamp: 'time',
  transact_time: 'time',
  T: 'time',
}

/** Rows without names that are known by what stands in them. */
const LAYOUTS: readonly { readonly columns: readonly (Field | '-')[]; fits(row: readonly string[]): boolean }[] = [
  // Kraken's downloadable CSV.
  { columns: ['time', 'price', 'qty'], fits: row => row.length === 3 },
  // Kraken's REST interface.
  {
    columns: ['price', 'qty', 'time', 'side', '-', '-', 'trade_id'],
    fits: row => row.length === 7 && /^[bs]$/.test(row[3] ?? ''),
  },
  // Binance's public data: trades, then aggregate trades.
  {
    columns: ['trade_id', 'price', 'qty', '-', 'time', 'buyer_is_maker', '-'],
    fits: row => row.length === 7 && /^(true|false)$/i.test(row[5] ?? ''),
  },
  {
    columns: ['trade_id', 'price', 'qty', '-', '-', 'time', 'buyer_is_maker', '-'],
    fits: row => row.length === 8 && /^(true|false)$/i.test(row[6] ?? ''),
  },
  // Recordings in ccxt's order: time, id, type, side, price, amount, cost.
  {
    columns: ['time', 'trade_id', '-', 'side', 'price', 'qty', '-'],
    fits: row => row.length === 7 && /^(buy|sell)$/.test(row[3] ?? ''),
  },
]

const fieldOf = (name: string): Field | undefined =>
  FIELDS.find(field => field === name) ?? ALIASES[name] ?? ALIASES[name.toLowerCase()]

/** @returns the fields of a header's columns; undefined when the row is no header. */
export function headerColumns(row: readonly string[]): readonly (Field | '-')[] | undefined {
  const fields = row.map(name => fieldOf(name.trim()))
  return fields.includes('price') && fields.includes('qty') ? fields.map(field => field ?? '-') : undefined
}

/** @returns the fields of a row's columns. @throws Malformed when it is like none that is known */
export function layoutColumns(row: readonly string[]): readonly (Field | '-')[] {
  const layout = LAYOUTS.find(({ fits }) => fits(row))
  if (!layout) throw new Malformed(`unknown columns: ${row.join(',').slice(0, 100)}`)
  return layout.columns
}

export function cellsOfRow(columns: readonly (Field | '-')[], row: readonly unknown[]): Cells {
  if (row.length !== columns.length) throw new Malformed(`${row.length} columns instead of ${columns.length}`)
  const cells: Cells = {}
  for (const [i, field] of columns.entries()) if (field !== '-') cells[field] = row[i]
  return cells
}

/** Of names that mean the same field, its own one wins. */
export function cellsOfObject(object: Readonly<Record<string, unknown>>): Cells {
  const cells: Cells = {}
  for (const [name, value] of Object.entries(object)) {
    const field = fieldOf(name)
    if (field && (field === name || !(field in cells))) cells[field] = value
  }
  return cells
}
