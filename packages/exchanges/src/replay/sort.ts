import { Malformed } from '../trade.ts'
import { numbersOf } from './numbers.ts'
import { type Silence, SilenceFinder } from './silence.ts'
import { type PairIndex, TradeBatch } from './trade-batch.ts'

/** Maximum number of trades sorted in memory; they take about 400 MB. */
export const SORTED_MAX = 1_000_000

/** A row of a batch that is not filled again. */
export interface Row {
  readonly batch: TradeBatch
  readonly row: number
}

/** Trades in order, and how many rows of each pair repeat a trade. */
export interface Sorted {
  readonly batches: readonly TradeBatch[]
  readonly repeated: ReadonlyMap<string, number>
}

const place = ({ batch, row }: Row): string => `${batch.fileOf(row)}, line ${batch.lines[row]}`
const idOf = ({ batch, row }: Row): number => batch.ids[row]!
const timeOf = ({ batch, row }: Row): number => batch.times[row]!

/**
 * Sorts trades by their ids. Sorts trades without ids by their times, and numbers them ({@link numbersOf}). Rows with the same id and content
 * are one trade. Trades of the same time keep the order of their file, which is reversed in a file that is newest first.
 * @param windowStart returns the start of the shortest candle's window that contains a time, Unix ms
 * @param onSilence receives each time without trades in which a file without ids may have been forgotten
 * @throws Malformed if two different trades have one id, if a trade's id and time contradict each other so that the
 *   trade would be late for its candle, or if two files have the same trade without an id
 */
export function sortTrades(
  batches: readonly TradeBatch[],
  windowStart: (ms: number) => number,
  onSilence: (silence: Silence) => void = () => {},
): Sorted {
  const byPair = new Map<string, Row[]>()
  for (const batch of batches)
    for (let row = 0; row < batch.length; row++) {
      const pair = batch.pair(row)
      const rows = byPair.get(pair)
      if (rows) rows.push({ batch, row })
      else byPair.set(pair, [{ batch, row }])
    }
  const repeated = new Map<string, number>()
  const ordered: { readonly of: Row; readonly sortMs: number; readonly id: number }[] = []
  for (const [pair, rows] of byPair) {
    const isNumbered = rows[0]!.batch.isNumbered
    const own = isNumbered ? byTime(rows) : unique(rows.sort((a, b) => idOf(a) - idOf(b)))
    repeated.set(pair, rows.length - own.length)
    const numbers = isNumbered ? numbered(own, pair, { batches, onSilence }) : undefined
    let sortMs = 0
    for (const [i, of] of own.entries()) {
      if (timeOf(of) < sortMs && timeOf(of) < windowStart(sortMs)) throw late(pair, of)
      sortMs = Math.max(sortMs, timeOf(of))
      ordered.push({ of, sortMs, id: numbers?.[i] ?? idOf(of) })
    }
  }
  // Interleaves the pairs by time, for a replay at the market's speed, and keeps each pair's own order.
  ordered.sort((a, b) => a.sortMs - b.sortMs)
  const sorted = packed(ordered, batches[0]!.pairIndex)
  for (const { skipped, isNumbered } of batches)
    for (const { pair, trade_id } of isNumbered ? [] : skipped) sorted[0]?.skipped.push({ row: 0, pair, trade_id })
  const lost = batches.flatMap(batch => batch.lost)
  sorted.at(-1)?.lost.push(...lost)
  sorted[0]?.lostBefore.push(...lost)
  return { batches: sorted, repeated }
}

interface NumberedOptions {
  readonly batches: readonly TradeBatch[]
  onSilence(silence: Silence): void
}

function numbered(rows: readonly Row[], pair: string, { batches, onSilence }: NumberedOptions): number[] {
  const known = new Set<number>()
  for (const { skipped } of batches) for (const of of skipped) if (of.pair === pair) known.add(of.trade_id)
  const numbers = numbersOf(rows.map(idOf), number => known.has(number))
  const silences = new SilenceFinder(pair)
  let leftOut = 0
  for (const [i, of] of rows.entries()) {
    const silence = silences.next(of.batch.file, timeOf(of))
    if (silence) {
      leftOut++
      onSilence(silence)
    }
    numbers[i]! += leftOut
  }
  return numbers
}

function byTime(rows: readonly Row[]): Row[] {
  const files = [...Map.groupBy(rows, ({ batch }) => batch.file).values()]
  const sorted = files.flatMap(oldestFirst).sort((a, b) => timeOf(a) - timeOf(b))
  if (files.length > 1) refuseInTwoFiles(sorted)
  return sorted
}

function oldestFirst(rows: Row[]): Row[] {
  let balance = 0
  for (let i = 1; i < rows.length; i++) balance += Math.sign(timeOf(rows[i]!) - timeOf(rows[i - 1]!))
  return balance < 0 ? rows.reverse() : rows
}

/**
 * Only their content tells whether two files have the same trade.
 * @param sorted rows of one pair without ids, by time
 * @throws Malformed if two files have a trade of the same time and content
 */
export function refuseInTwoFiles(sorted: readonly Row[]): void {
  let seen = new Map<string, Row>()
  let ms = 0
  for (const row of sorted) {
    if (timeOf(row) !== ms) seen = new Map()
    ms = timeOf(row)
    const { batch, row: i } = row
    const content = `${batch.prices[i]} ${batch.qtys[i]} ${batch.sides[i]}`
    const known = seen.get(content) ?? row
    seen.set(content, known)
    if (known.batch.file !== batch.file) throw inTwoFiles(known, row)
  }
}

function unique(rows: readonly Row[]): Row[] {
  const own: Row[] = []
  for (const row of rows) {
    const before = own.at(-1)
    if (!before || idOf(before) !== idOf(row)) own.push(row)
    else if (!isSame(before, row)) throw twoOfOneId(before, row)
  }
  return own
}

const isSame = ({ batch: a, row: i }: Row, { batch: b, row: j }: Row): boolean =>
  a.times[i] === b.times[j] && a.prices[i] === b.prices[j] && a.qtys[i] === b.qtys[j] && a.sides[i] === b.sides[j]

function inTwoFiles(a: Row, b: Row): Malformed {
  return new Malformed(
    `${place(b)}: the trade of ${b.batch.pair(b.row)} is in ${place(a)}, too, and has no id that tells whether it is another one: ` +
      'leave out what both files have',
  )
}

function twoOfOneId(a: Row, b: Row): Malformed {
  return new Malformed(
    `${place(b)}: trade ${idOf(b)} of ${b.batch.pair(b.row)} is another one than that in ${place(a)}, so that the ids do ` +
      'not identify trades: name the columns without trade_id (REPLAY_COLUMNS or --columns), and the trades are numbered by their times',
  )
}

function late(pair: string, row: Row): Malformed {
  return new Malformed(
    `${place(row)}: trade ${idOf(row)} of ${pair} has an earlier time, ${new Date(timeOf(row)).toISOString()}, than trades ` +
      'with smaller ids, and would be late for its candle: leave the line out, or name the columns without trade_id ' +
      '(REPLAY_COLUMNS or --columns), and the trades are numbered by their times',
  )
}

function packed(ordered: readonly { readonly of: Row; readonly id: number }[], pairIndex: PairIndex): TradeBatch[] {
  const batches: TradeBatch[] = []
  let batch: TradeBatch | undefined
  for (const { of, id } of ordered) {
    const { file, isNumbered, lines } = of.batch
    if (!batch || batch.isFull) {
      batch = new TradeBatch(file, pairIndex)
      batch.isNumbered = isNumbered
      batches.push(batch)
    }
    batch.push({ ...of.batch.trade(of.row), trade_id: id }, lines[of.row]!, file)
  }
  return batches
}
