import { realpathSync } from 'node:fs'
import { Malformed } from '../trade.ts'
import { unpack } from './bytes.ts'
import { CsvReader } from './csv-reader.ts'
import type { Column } from './fields.ts'
import { NdjsonReader, readDocument } from './json-reader.ts'
import { wholeLines } from './lines.ts'
import { ReadSession, RowSink, type SessionOptions } from './row-sink.ts'
import { TradeBatch } from './trade-batch.ts'
import { unchanged } from './unchanged.ts'

export interface ReadOptions extends SessionOptions {
  /** Paths of the files, read one after the other. */
  readonly files: readonly string[]
  /** Columns of CSV files with an unknown layout; see {@link columnsOf}. */
  readonly columns?: readonly Column[] | undefined
  /** Disables the fast path, for comparisons in tests. */
  readonly isPlain?: boolean | undefined
  /** Receives the layout that was recognised for a file. */
  onLayout?(file: string, layout: string): void
  /** Receives how many bytes of the files were read. */
  onBytes?(count: number): void
}

/**
 * Reads recorded trades from CSV, NDJSON and JSON documents, which may be gzipped or in a ZIP archive, in the order of the
 * files and of their lines. `layouts.ts` and `messages.ts` have the known layouts.
 *
 * Usage: `for await (const batch of readTrades({ files, pairs }))`. A {@link TradeBatch} has up to
 * 4,096 trades of one file in typed arrays: row `i < batch.length` is the trade `batch.ids[i]` of the pair
 * `batch.pair(i)` (or the small integer `batch.pairs[i]`, an index into `batch.pairIndex.names`, the same for all batches
 * of one call) at `batch.times[i]` (Unix ms), `batch.prices[i]` and `batch.qtys[i]` (doubles), `batch.sides[i]`
 * (`NO_SIDE`, `BUY`, `SELL`), from line `batch.lines[i]`. `batch.priceText(i)` and `batch.qtyText(i)` are the file's own
 * digits, `batch.trade(i)` is the trade as an object. This function neither sorts nor drops repetitions; `orderTrades` does
 * that. Batches belong to the caller and stay valid.
 *
 * If files have no ids, a pair's trades are numbered from 1 through all files, broken lines included. A number is left out where a file
 * may have been forgotten ({@link SilenceFinder}). A row that cannot be read goes to `onLeftOut`, and reading continues.
 * @throws Malformed if a file as a whole cannot be read; the message names the file and the problem
 */
export async function* readTrades(options: ReadOptions): AsyncGenerator<TradeBatch> {
  const session = new ReadSession(options)
  const read = new Set<string>()
  for (const file of options.files) {
    try {
      const path = realpathSync(file)
      if (session.isNumbered && read.has(path))
        throw new Malformed(`${file} is named twice, and its trades have no ids: name it once`)
      read.add(path)
      yield* readFile(file, session, options)
      session.lastRows.nextFile()
    } catch (error) {
      const { message, code } = error as NodeJS.ErrnoException
      const isOfFile = error instanceof Malformed || code?.startsWith('Z_')
      if (!isOfFile || message.includes(file)) throw error
      throw new Malformed(`${file}: ${message}`)
    }
  }
  yield* lastBatch(session, options)
}

function* lastBatch(
  { lastRows, pairs: { index } }: ReadSession,
  { files, isSortedLater }: ReadOptions,
): Generator<TradeBatch> {
  const lost = isSortedLater ? lastRows.anywhere(index) : lastRows.after(index)
  if (lost.length === 0) return
  const batch = new TradeBatch(files.at(-1)!, index)
  batch.lost.push(...lost)
  yield batch
}

async function* readFile(file: string, session: ReadSession, options: ReadOptions): AsyncGenerator<TradeBatch> {
  const { pairs, columns, isPlain, onBytes = () => {} } = options
  const sink = new RowSink(file, session)
  const onLayout = (name: string) => options.onLayout?.(file, name)
  const { format, bytes } = await unpack(file, onBytes)
  const check = unchanged([file])
  let read = 0
  const taken = (batch: TradeBatch): TradeBatch => {
    read += batch.length
    return batch
  }
  if (format === 'json') for await (const batch of readDocument(bytes, sink, { onLayout })) yield taken(batch)
  else {
    const reader =
      format === 'csv'
        ? new CsvReader(sink, { columns, isPlain, onLayout })
        : new NdjsonReader(sink, { isPlain, onLayout })
    for await (const block of wholeLines(bytes)) for (const batch of reader.read(block)) yield taken(batch)
  }
  check()
  if (sink.batch.length > 0 || sink.batch.skipped.length > 0) yield taken(sink.take())
  if (sink.otherIds > read) throw mostlyOtherIds(sink)
  if (read === 0) throw noTrades(sink, pairs)
}

/** The first trade is the exception then, and nearly all trades would be left out. */
function mostlyOtherIds({ file, otherIds, isNumbered }: RowSink): Malformed {
  const rows = isNumbered
    ? 'have a trade_id, but the first trade has none'
    : 'have no trade_id, but the first trade has one'
  return new Malformed(
    `${file}: ${otherIds} rows ${rows}: remove the first one, or name the columns without trade_id (REPLAY_COLUMNS or ` +
      '--columns), and the trades are numbered by their times',
  )
}

function noTrades({ file, leftOut, firstLeftOut }: RowSink, pairs: readonly string[] | undefined): Malformed {
  const of = pairs ? ` of ${pairs.join(', ')}` : ''
  if (!firstLeftOut) return new Malformed(`${file} holds no trades${of}: it has no rows`)
  const { line, problem } = firstLeftOut
  return new Malformed(
    `${file} holds no trades${of}: ${leftOut} rows are left out, the first, line ${line}: ${problem}`,
  )
}
