import { isObject } from '../json.ts'
import { Malformed } from '../trade.ts'
import { cellsOfRow } from './cells.ts'
import { FastNdjson } from './fast-ndjson.ts'
import { type Layout, rowLayout } from './layouts.ts'
import { tradesOfMessage } from './messages.ts'
import type { RowSink } from './row-sink.ts'
import type { TradeBatch } from './trade-batch.ts'

const NEWLINE = 0x0a
/** A document is parsed as a whole, which takes several times its size in memory. */
const DOCUMENT_BYTES_MAX = 256 << 20

/** Replaces each number by its text, so that no digit is lost. */
const parseJson = (text: string): unknown =>
  JSON.parse(text, (_key, value, context?: { source?: string }) =>
    typeof value === 'number' ? context?.source : value,
  )

/** A capture of a socket has the time of receipt before each message. */
const CAPTURED_AT = /^\d+(\.\d+)?: /

export interface JsonOptions {
  /** Parses every line as JSON: for comparisons. */
  readonly isPlain?: boolean | undefined
  onLayout(name: string): void
}

/** Reads one JSON value a line: trades of ours, or messages of an exchange's socket. */
export class NdjsonReader {
  readonly #sink: RowSink
  readonly #o: JsonOptions
  #line = 0
  #layout: string | undefined
  #fast: FastNdjson | undefined

  constructor(sink: RowSink, options: JsonOptions) {
    this.#sink = sink
    this.#o = options
  }

  /** @param block whole lines @throws Malformed for an unknown layout, or if the pair of the rows is unknown */
  *read(block: Buffer): Generator<TradeBatch> {
    for (let at = 0; at < block.length; ) {
      if (this.#fast) {
        at = this.#fast.read(block, at, this.#line)
        this.#line = this.#fast.line
      }
      if (this.#sink.batch.isFull) {
        yield this.#sink.take()
        continue
      }
      if (at >= block.length) break
      const end = block.indexOf(NEWLINE, at)
      this.#line++
      const text = block.toString('utf8', at, end).trim()
      if (text !== '') yield* this.#readText(text)
      at = end + 1
    }
  }

  *#readText(text: string): Generator<TradeBatch> {
    const sink = this.#sink
    let value: unknown
    try {
      value = parseJson(text.replace(CAPTURED_AT, ''))
    } catch {
      return sink.broken(this.#line, 'bad_json', `not JSON: ${text.slice(0, 60)}`)
    }
    let message: ReturnType<typeof tradesOfMessage>
    try {
      message = tradesOfMessage(value)
    } catch (error) {
      if (!(error instanceof Malformed) || this.#layout === undefined) throw error
      return sink.broken(this.#line, 'bad_json', error.message)
    }
    const { layout, rows, time, ids } = message
    if (layout === undefined) return sink.leaveOut(this.#line, 'other_message', 'a message that holds no trades')
    if (this.#layout !== layout) this.#o.onLayout(layout)
    this.#layout = layout
    for (const cells of rows) {
      if (sink.batch.isFull) yield sink.take()
      sink.add(cells, this.#line, time, ids)
    }
    if (!this.#fast && !this.#o.isPlain && sink.isNumbered === false) this.#fast = new FastNdjson(sink)
  }
}

/**
 * Reads a JSON document: an array of trades, or an answer of an exchange's REST interface that contains one.
 * @throws Malformed if it has no such array
 */
export async function* readDocument(
  bytes: AsyncIterable<Buffer>,
  sink: RowSink,
  { onLayout }: JsonOptions,
): AsyncGenerator<TradeBatch> {
  const rows = rowsOf(await wholeText(bytes, sink.file))
  let layout: Layout | undefined
  let name: string | undefined
  for (const [i, item] of rows.entries()) {
    if (sink.batch.isFull) yield sink.take()
    if (Array.isArray(item)) {
      layout ??= rowLayout(item.map(String))
      if (name !== layout.name) onLayout(layout.name)
      name = layout.name
      if (item.length === layout.columns.length)
        sink.add(cellsOfRow(layout.columns, item), i + 1, layout.time, layout.ids)
      else sink.broken(i + 1, 'bad_columns', `${item.length} columns instead of ${layout.columns.length}`)
      continue
    }
    const message = tradesOfMessage(item)
    if (message.layout === undefined) sink.leaveOut(i + 1, 'other_message', 'an item that is no trade')
    else if (name !== message.layout) onLayout(message.layout)
    name = message.layout ?? name
    for (const cells of message.rows) sink.add(cells, i + 1, message.time, message.ids)
  }
}

async function wholeText(bytes: AsyncIterable<Buffer>, file: string): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of bytes) {
    length += chunk.length
    if (length > DOCUMENT_BYTES_MAX)
      throw new Malformed(`${file} is larger than 256 MiB: write one trade a line, as NDJSON`)
    chunks.push(Buffer.from(chunk))
  }
  return Buffer.concat(chunks)
    .toString()
    .replace(/^\uFEFF/, '')
}

function rowsOf(text: string): readonly unknown[] {
  let value: unknown
  try {
    value = parseJson(text)
  } catch {
    throw new Malformed('not a JSON document: for one JSON value a line the name must end in .ndjson')
  }
  if (Array.isArray(value)) return value
  const document = isObject(value) ? value : {}
  const inner = isObject(document.result) ? Object.values(document.result) : [document.trades]
  const rows = inner.find(Array.isArray)
  if (!rows) throw new Malformed('the document has no array of trades')
  return rows as unknown[]
}
