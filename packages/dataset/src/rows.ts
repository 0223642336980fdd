import { type Column, PAIR_COLUMN } from './columns.ts'

/** A candle or feature row with the fields of the topics. */
export type Row = Readonly<Record<string, unknown>>

/** How many numbers encode a row: one for each column except the pair. */
export const widthOf = (columns: readonly Column[]): number => columns.length - 1

/** Value of a column of sources that is encoded as the number 1. */
export const SOURCE = 'exchange'
/** Values of a column of sides that are encoded as the numbers 1 and 2. */
const SIDES = ['buy', 'sell'] as const

/** @returns the text of a source or a side; null if there is none. */
export const textOf = (type: 'source' | 'side', number: number): string | null =>
  (type === 'side' ? SIDES[number - 1] : number === 1 ? SOURCE : null) ?? null

/**
 * Writes a row's values as doubles: times in Unix ms, booleans as 0 and 1, a source as 1, a side as 1 or 2, and null and absent
 * values as NaN. An infinite value of an indicator also becomes null, as it does in JSON.
 */
export function encodeRow(columns: readonly Column[], row: Row, into: Float64Array, at: number): void {
  for (let i = 1; i < columns.length; i++) into[at + i - 1] = numberOf(row[columns[i]!.name])
}

function numberOf(value: unknown): number {
  if (typeof value === 'number') return Number.isFinite(value) ? value : Number.NaN
  if (value === false) return 0
  if (value === true || value === SOURCE) return 1
  const side = SIDES.indexOf(value as 'buy')
  return side < 0 ? Number.NaN : side + 1
}

/** The inverse of {@link encodeRow}: the row with the fields in the topics' order. */
export function decodeRow(columns: readonly Column[], rows: Rows, index: number, interval: string): Row {
  const row: Record<string, unknown> = { [PAIR_COLUMN.name]: rows.pairs[index], interval }
  for (let i = 1; i < columns.length; i++) {
    const { name, type } = columns[i]!
    const number = rows.values[i - 1]![index]!
    if (type === 'source') {
      if (number === 1) row[name] = SOURCE
    } else if (type === 'side') row[name] = textOf(type, number)
    else if (type !== 'bar' || !Number.isNaN(number)) row[name] = fieldOf(type, number)
  }
  return row
}

function fieldOf(type: Column['type'], number: number): number | boolean | null {
  if (Number.isNaN(number)) return null
  return type === 'boolean' ? number === 1 : number
}

/** Rows in columns, up to a number that is known beforehand. */
export class Rows {
  length = 0
  readonly capacity: number
  readonly columns: readonly Column[]
  readonly pairs: string[] = []
  /** One array for each column except the pair's, with the values that {@link encodeRow} writes. */
  readonly values: readonly Float64Array[]

  constructor(columns: readonly Column[], capacity: number) {
    this.columns = columns
    this.capacity = capacity
    this.values = columns.slice(1).map(() => new Float64Array(capacity))
  }

  /** Adds a row that {@link encodeRow} has written; numbers beyond the columns are ignored. There must be room. */
  push(pair: string, numbers: Float64Array, at: number): void {
    const row = this.length++
    this.pairs[row] = pair
    for (let i = 0; i < this.values.length; i++) this.values[i]![row] = numbers[at + i]!
  }

  clear(): void {
    this.length = 0
    this.pairs.length = 0
  }
}
