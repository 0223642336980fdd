/** A record's value: the fields of a trade, a candle or a feature row. */
export type Row = Readonly<Record<string, unknown>> & { readonly pair: string }

/** A final row of a topic, and where in the log it is. */
export interface StoredRow {
  readonly offset: number
  /** When the broker appended it, Unix ms. */
  readonly publishedMs: number
  readonly row: Row
}
