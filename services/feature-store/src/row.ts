/** A record's value: the fields of a trade, a candle or a feature row. */
export type Row = Readonly<Record<string, unknown>> & { readonly pair: string }

/** A final row of a topic, with its offset. */
export interface StoredRow {
  readonly offset: number
  /** Time at which the broker appended the row, Unix ms. */
  readonly publishedMs: number
  readonly row: Row
}
