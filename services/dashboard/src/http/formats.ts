import type { Candle, FeatureRow } from '@candlewick/market-data'

export type Format = 'json' | 'csv' | 'ndjson'

type Row = Candle | FeatureRow

interface Writer {
  readonly type: string
  write(rows: readonly Row[]): string
}

export const WRITERS: Readonly<Record<Format, Writer>> = {
  json: { type: 'application/json', write: rows => `[${rows.map(row => JSON.stringify(row)).join(',\n')}]\n` },
  ndjson: { type: 'application/x-ndjson', write: rows => rows.map(row => `${JSON.stringify(row)}\n`).join('') },
  csv: { type: 'text/csv; charset=utf-8', write: csv },
}

/** CSV by RFC 4180 with a header line; null is an empty cell. Fields that only some rows have are also columns. */
function csv(rows: readonly Row[]): string {
  const names = [...new Set(rows.flatMap(row => Object.keys(row)))]
  const lines = rows.map(row => names.map(name => cell(row[name as keyof Row])).join(','))
  return [names.map(cell).join(','), ...lines, ''].join('\r\n')
}

function cell(value: unknown): string {
  const text = value === null || value === undefined ? '' : String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
