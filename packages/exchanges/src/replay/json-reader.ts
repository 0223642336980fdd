import { isObject } from '../json.ts'
import { Malformed, shown } from '../trade.ts'
import { cellsOfRow } from './cells.ts'
import { FastNdjson } from './fast-ndjson.ts'
import { type Layout, rowLayout } from './layouts.ts'
import { MessageRows } from './message-rows.ts'
import { type Message, OUR_NAMES, tradesOfMessage } from './messages.ts'
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
  readonly #isPlain: boolean
  readonly #rows: MessageRows
  #line = 0
  #fast: FastNdjson | undefined

  constructor(sink: RowSink, { isPlain = false, onLayout }: JsonOptions) {
    this.#sink = sink
    this.#isPlain = isPlain
    this.#rows = new MessageRows(sink, onLayout)
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
    const message = messageOf(value, this.#line, sink, this.#rows.layout !== undefined)
    if (message) yield* this.#rows.add(message, this.#line)
    const isOurs = this.#rows.layout === OUR_NAMES && sink.isNumbered === false
    if (isOurs && !this.#fast && !this.#isPlain) this.#fast = new FastNdjson(sink)
  }
}

/** @returns undefined for a row that is left out. @throws Malformed for an unknown layout, until one is known */
function messageOf(value: unknown, line: number, sink: RowSink, isKnown: boolean): Message | undefined {
  try {
    return tradesOfMessage(value)
  } catch (error) {
    if (!(error instanceof Malformed) || !isKnown) throw error
    sink.broken(line, 'bad_json', error.message)
    return undefined
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
  const { rows, pair } = rowsOf(await wholeText(bytes, sink.file))
  const messages = new MessageRows(sink, onLayout)
  let layout: Layout | undefined
  for (const [i, item] of rows.entries()) {
    const line = i + 1
    if (sink.batch.isFull) yield sink.take()
    if (Array.isArray(item)) {
      if (!layout) {
        layout = rowLayout(item.map(String))
        onLayout(layout.name)
      }
      if (item.length !== layout.columns.length)
        sink.broken(line, 'bad_columns', `${item.length} columns instead of ${layout.columns.length}`)
      else
        sink.add(
          { ...cellsOfRow(layout.columns, item), ...(pair !== undefined && { pair }) },
          line,
          layout.time,
          layout.ids,
        )
    } else if (isObject(item)) {
      const message = messageOf(item, line, sink, layout !== undefined || messages.layout !== undefined)
      if (message) yield* messages.add(message, line)
    } else sink.broken(line, 'bad_json', `${shown(item)} is no trade`)
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

/** @returns the document's trades, and the name of their pair where the document has it. */
function rowsOf(text: string): { readonly rows: readonly unknown[]; readonly pair?: string } {
  let value: unknown
  try {
    value = parseJson(text)
  } catch {
    throw new Malformed('not a JSON document: for one JSON value a line the name must end in .ndjson')
  }
  if (Array.isArray(value)) return { rows: value }
  const document = isObject(value) ? value : {}
  if (Array.isArray(document.trades)) return { rows: document.trades }
  const results = isObject(document.result) ? Object.entries(document.result) : []
  const lists = results.filter((entry): entry is [string, unknown[]] => Array.isArray(entry[1]))
  const [list, ...others] = lists
  if (!list) throw new Malformed('the document has no array of trades')
  if (others.length > 0)
    throw new Malformed(
      `the document has trades of ${lists.map(([name]) => name).join(' and ')}: write one document for each`,
    )
  return { rows: list[1], pair: list[0] }
}
