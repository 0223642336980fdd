import { extname } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { parse } from 'csv-parse'
import { Malformed } from '../trade.ts'
import { openBytes, unpackedName } from './bytes.ts'
import { type Cells, cellsOfObject, cellsOfRow, type Field, headerColumns, layoutColumns } from './columns.ts'

/** A line's cells, or what is wrong with it. */
export type Row = { readonly line: number } & ({ readonly cells: Cells } | { readonly broken: string })

export type Format = 'csv' | 'ndjson' | 'json'

const FORMATS: Readonly<Record<string, Format>> = {
  '.csv': 'csv',
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
  '.txt': 'ndjson',
  '.json': 'json',
}

/** @returns the format that the file's name says, packed or not. @throws Malformed naming the ones there are */
export function formatOf(file: string): Format {
  const format = FORMATS[extname(unpackedName(file))]
  if (!format)
    throw new Malformed(`the name must end in ${Object.keys(FORMATS).join(', ')}, with or without .gz, or in .zip`)
  return format
}

/**
 * Reads a file line by line, whatever its format.
 * @param onBytes is told how many bytes of the file were read
 */
export async function* readRows(file: string, onBytes: (count: number) => void = () => {}): AsyncGenerator<Row> {
  const text = await openBytes(file, onBytes)
  const readers = { csv: csvRows, ndjson: lineRows, json: documentRows }
  yield* readers[formatOf(file)](text)
}

function row(line: number, cells: () => Cells): Row {
  try {
    return { line, cells: cells() }
  } catch (error) {
    return { line, broken: error instanceof Error ? error.message : String(error) }
  }
}

async function* csvRows(text: Readable): AsyncGenerator<Row> {
  const parser = parse({ info: true, relax_column_count: true, relax_quotes: true, skip_empty_lines: true, bom: true })
  text.on('error', error => parser.destroy(error)).pipe(parser)
  let columns: readonly (Field | '-')[] | undefined
  for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
    if (columns) yield row(info.lines, cellsOfRow.bind(null, columns, record))
    else {
      const header = headerColumns(record)
      columns = header ?? layoutColumns(record)
      if (!header) yield row(info.lines, cellsOfRow.bind(null, columns, record))
    }
  }
}

/** A number's own text stands for it, so that no digit is lost. */
const parseJson = (text: string): unknown =>
  JSON.parse(text, (_key, value, context?: { source?: string }) =>
    typeof value === 'number' ? context?.source : value,
  )

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A capture of a socket has the time of receipt before each message. */
const CAPTURED_AT = /^\d+(\.\d+)?: /

async function* lineRows(text: Readable): AsyncGenerator<Row> {
  let line = 0
  const lines = createInterface({ input: text, crlfDelay: Number.POSITIVE_INFINITY })
  const failed = new Promise<never>((_resolve, reject) => text.once('error', reject))
  failed.catch(() => lines.close())
  for await (const content of lines) {
    line++
    if (content.trim() === '') continue
    const read = row(line, () => lineCells(content))
    if (!('cells' in read) || Object.keys(read.cells).length > 0) yield read
  }
  if (text.errored) await failed
}

/** @returns no cells for a message that is about something else than a trade. */
function lineCells(content: string): Cells {
  let value: unknown
  try {
    value = parseJson(content.replace(CAPTURED_AT, ''))
  } catch {
    throw new Malformed('not JSON')
  }
  const message = isObject(value) && isObject(value.data) ? value.data : value
  if (!isObject(message)) throw new Malformed('not an object')
  const isTrade = message.e === undefined || message.e === 'trade' || message.e === 'aggTrade'
  return isTrade ? cellsOfObject(message) : {}
}

/** A whole document: an array of rows, or an answer of Kraken's REST interface that holds one. */
async function* documentRows(text: Readable): AsyncGenerator<Row> {
  const chunks: Buffer[] = []
  for await (const chunk of text) chunks.push(chunk as Buffer)
  const value = parseJson(Buffer.concat(chunks).toString())
  const result = isObject(value) && isObject(value.result) ? Object.values(value.result) : [value]
  const rows = result.find(Array.isArray)
  if (!rows) throw new Malformed('the document has no array of trades')
  let columns: readonly (Field | '-')[] | undefined
  for (const [i, item] of (rows as unknown[]).entries()) {
    if (Array.isArray(item)) columns ??= layoutColumns(item.map(String))
    const known = columns ?? []
    yield row(i + 1, () => (Array.isArray(item) ? cellsOfRow(known, item) : cellsOfObject(isObject(item) ? item : {})))
  }
}
