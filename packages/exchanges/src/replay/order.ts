import { statSync } from 'node:fs'
import { Malformed } from '../trade.ts'
import { refuseSharedTrades, sharedTimes } from './borders.ts'
import { type Disorder, Inspector, isNewestFirst, type Span } from './inspect.ts'
import { type ReadOptions, readTrades } from './read.ts'
import type { Silence } from './silence.ts'
import { SORTED_MAX, sortTrades } from './sort.ts'
import type { TradeBatch } from './trade-batch.ts'
import { unchanged } from './unchanged.ts'

/** Recorded trades in order: each pair's trades by their ids, without repetitions. */
export interface OrderedTrades {
  /** The files in the order in which they are read. */
  readonly files: readonly string[]
  /** Time of each pair's earliest trade, Unix ms. */
  readonly firstMs: ReadonlyMap<string, number>
  /** Rows of each pair that repeat a trade. */
  readonly repeated: ReadonlyMap<string, number>
  /** Whether the trades were sorted in memory. */
  readonly isSorted: boolean
  readonly isNumbered: boolean
  /** Reads the trades; can be called several times. `onSilence` receives each silence once. @param own replaces the callbacks of the inspection */
  batches(own?: Partial<ReadOptions>): AsyncIterable<TradeBatch>
}

interface Found extends Disorder {
  readonly file: string
}

/**
 * Inspects all files and puts their trades in order before anything else happens to them. Files are ordered by their times.
 * Up to {@link SORTED_MAX} trades that are newest first, overlap or are otherwise out of order are sorted in memory.
 * @param windowStart returns the start of the shortest candle's window that contains a time, Unix ms
 * @throws Malformed with file, line and remedy, if the trades cannot be put in order
 */
export async function orderTrades(given: ReadOptions, windowStart: (ms: number) => number): Promise<OrderedTrades> {
  const options = { ...given, onSilence: onceEach(given.onSilence) }
  for (const file of options.files)
    if (!statSync(file).isFile()) throw new Malformed(`${file} is not a regular file, and it has to be read twice`)
  const check = unchanged(options.files)
  const inspector = new Inspector(windowStart)
  for await (const batch of readTrades({ ...options, onSilence: () => {} })) inspector.look(batch)
  const spans = [...inspector.spans.values()].flat()
  const startOf = (file: string) => Math.min(...inspector.spans.get(file)!.map(({ minTimeMs }) => minTimeMs))
  const files = options.files.toSorted((a, b) => startOf(a) - startOf(b))
  const total = spans.reduce((sum, { count }) => sum + count, 0)
  const found = disorderOf(files, inspector.spans, windowStart)
  // More trades than can be sorted may be out of order within their windows, as exchanges write them.
  const disorder = found?.isLate || total <= SORTED_MAX || spans.some(isNewestFirst) ? found : undefined
  const firstMs = new Map<string, number>()
  for (const { pair, minTimeMs } of spans) firstMs.set(pair, Math.min(minTimeMs, firstMs.get(pair) ?? minTimeMs))
  const seen = {
    files,
    firstMs,
    isNumbered: spans.some(({ isNumbered }) => isNumbered),
  }
  const quiet = { ...options, files, reusesBatches: false, onLeftOut: () => {}, onBytes: () => {}, onLayout: () => {} }
  if (!disorder) {
    const shared = sharedTimes(files, inspector.spans)
    if (shared.size > 0) await refuseSharedTrades(readTrades(quiet), shared)
    const batches = (own: Partial<ReadOptions> = {}) => {
      check()
      return checked(readTrades({ ...options, files, ...own }), check)
    }
    return { ...seen, repeated: new Map(), isSorted: false, batches }
  }
  if (total > SORTED_MAX) throw tooMany(disorder, spans, total)
  // Numbers are given in the order in which the files are named, so that a repeated run gives the same ones.
  const read: TradeBatch[] = []
  for await (const batch of readTrades({ ...quiet, isSortedLater: true })) read.push(batch)
  check()
  const { batches, repeated } = sortTrades(read, windowStart, options.onSilence)
  const again = (own: Partial<ReadOptions> = {}) => {
    check()
    return sorted(batches, { ...options, files, onSilence: () => {}, ...own })
  }
  return { ...seen, repeated, isSorted: true, batches: again }
}

/** Checks each file once more when its first batch comes, because a replay at the market's speed may have read earlier files for hours. */
async function* checked(
  batches: AsyncIterable<TradeBatch>,
  check: (only: readonly string[]) => void,
): AsyncGenerator<TradeBatch> {
  let file: string | undefined
  for await (const batch of batches) {
    if (batch.file !== file) check([batch.file])
    file = batch.file
    yield batch
  }
}

/** @returns a callback for reads of the same files that passes each silence on once */
function onceEach(onSilence: ReadOptions['onSilence']): (silence: Silence) => void {
  const known = new Set<string>()
  return silence => {
    const text = JSON.stringify(silence)
    if (!known.has(text)) onSilence?.(silence)
    known.add(text)
  }
}

/** Reads the files again only to report the rows that are left out: the sorted batches no longer have them. */
async function* sorted(batches: readonly TradeBatch[], options: ReadOptions): AsyncGenerator<TradeBatch> {
  for await (const _ of readTrades(options));
  yield* batches
}

/** @returns a place where trades are not in order, within a file or from one to the next; one whose trade is late if there is any. */
function disorderOf(
  files: readonly string[],
  spans: ReadonlyMap<string, readonly Span[]>,
  windowStart: (ms: number) => number,
): Found | undefined {
  const before = new Map<string, Span>()
  let first: Found | undefined
  for (const file of files)
    for (const span of spans.get(file)!) {
      if (span.disorder?.isLate) return { file, ...span.disorder }
      if (span.disorder) first ??= { file, ...span.disorder }
      const last = before.get(span.pair)
      if (last && !span.isNumbered && span.minId <= last.maxId)
        return {
          file,
          line: 1,
          isLate: true,
          text: `trade ${span.minId} of ${span.pair} comes after trade ${last.maxId} of ${last.file}`,
        }
      if (last && span.minTimeMs < (span.isNumbered ? last.maxTimeMs : windowStart(last.maxTimeMs)))
        return { file, line: 1, isLate: true, text: `its trades of ${span.pair} overlap those of ${last.file} in time` }
      before.set(span.pair, span)
    }
  return first
}

function tooMany({ file, line, text }: Found, spans: readonly Span[], total: number): Malformed {
  const what = spans.some(span => span.file === file && isNewestFirst(span)) ? 'is newest first' : 'is not in order'
  return new Malformed(
    `${file} ${what} (line ${line}: ${text}), and ${total} trades are too many to sort in memory (${SORTED_MAX}): ` +
      'reverse it with tac or sort it by id, or leave out files that overlap',
  )
}
