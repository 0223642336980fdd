/** Meanings of a file's column; `-` stands for none of them. `maker_side` is the side of the order that was in the book. */
export const FIELDS = [
  'pair',
  'trade_id',
  'side',
  'maker_side',
  'buyer_is_maker',
  'price',
  'qty',
  'time',
  'timestamp_ms',
] as const
export type Field = (typeof FIELDS)[number]
/** `exchange` is the name of the exchange that each row of a known layout has. */
export type Column = Field | 'exchange' | '-'

/** A row's cells by field; numbers as the text that the file has. */
export type Cells = Partial<Record<Field | 'exchange', unknown>>

/** Other names of the fields. They count only if every column of the file has a field's name or one of these. */
const SYNONYMS: Readonly<Record<string, Field>> = {
  symbol: 'pair',
  product_id: 'pair',
  id: 'trade_id',
  tid: 'trade_id',
  tradeid: 'trade_id',
  is_buyer_maker: 'buyer_is_maker',
  isbuyermaker: 'buyer_is_maker',
  quantity: 'qty',
  amount: 'qty',
  volume: 'qty',
  size: 'qty',
  timestamp: 'time',
  unixtime: 'time',
  unix: 'time',
  unix_timestamp: 'time',
}

/** @returns the field of that name, regardless of case; an exact match wins. */
export function fieldOf(name: string): Field | undefined {
  const known = FIELDS.find(field => field === name)
  if (known) return known
  const lower = name.toLowerCase().replaceAll(' ', '_')
  return FIELDS.find(field => field === lower) ?? SYNONYMS[lower]
}

/**
 * @returns the fields of columns that all have a field's name or a synonym. If two columns name the same field, the exact name
 *   counts, and the other column is ignored. Undefined when a name is unknown, a field is named twice, or price, quantity or time is missing.
 */
export function namedColumns(names: readonly string[]): readonly Column[] | undefined {
  const fields = names.map(fieldOf)
  if (fields.includes(undefined)) return undefined
  const columns = fields.map((field, i): Column => {
    const others = names.filter((_, j) => fields[j] === field)
    return others.length === 1 || names[i] === field ? field! : '-'
  })
  return isWhole(columns) ? columns : undefined
}

/** @returns whether the columns have price, quantity and time, and no field twice. */
export function isWhole(columns: readonly Column[]): boolean {
  const fields = columns.filter(column => column !== '-')
  const hasTime = fields.includes('time') || fields.includes('timestamp_ms')
  return fields.includes('price') && fields.includes('qty') && hasTime && new Set(fields).size === fields.length
}
