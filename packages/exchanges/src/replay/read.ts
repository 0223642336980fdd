import { type ExchangeTrade, Malformed } from '../trade.ts'
import { tradeOfCells } from './cells.ts'
import { readRows } from './rows.ts'

export interface ReadOptions {
  /** Read one after the other. */
  readonly files: readonly string[]
  /** Those to be read; for a file whose lines name none, the one that they are of. */
  readonly pairs?: readonly string[] | undefined
  /** A line that cannot be read leaves a gap and is told here. */
  onBroken(file: string, line: number, problem: string): void
  onBytes?(count: number): void
}

/**
 * Reads recorded trades. Where a file has no ids, a pair's trades are numbered from 1 through all files, broken lines
 * included.
 * @throws Malformed when a file as a whole is not what it should be
 */
export async function* readTrades({ files, ...options }: ReadOptions): AsyncGenerator<ExchangeTrade> {
  const counts = new Map<string, number>()
  for (const file of files) yield* readFile(file, options, counts)
}

async function* readFile(
  file: string,
  { pairs, onBroken, onBytes }: Omit<ReadOptions, 'files'>,
  counts: Map<string, number>,
): AsyncGenerator<ExchangeTrade> {
  let read = 0
  for await (const row of readRows(file, onBytes)) {
    if ('broken' in row) {
      if (pairs?.length === 1) count(counts, onlyOf(pairs))
      onBroken(file, row.line, row.broken)
      continue
    }
    const named = row.cells.pair
    const pair = named === undefined ? onlyOf(pairs) : String(named)
    if (named !== undefined && pairs && !pairs.includes(pair)) continue
    const number = count(counts, pair)
    try {
      yield tradeOfCells(row.cells, pair, number)
      read++
    } catch (error) {
      if (!(error instanceof Malformed)) throw error
      onBroken(file, row.line, error.message)
    }
  }
  if (read === 0) throw new Malformed(`${file} holds no trades${pairs ? ` of ${pairs.join(', ')}` : ''}`)
}

/** Whether a file's lines tell the exchange's ids. */
export async function hasIds(file: string): Promise<boolean> {
  for await (const row of readRows(file)) if ('cells' in row) return row.cells.trade_id !== undefined
  return false
}

function count(counts: Map<string, number>, pair: string): number {
  const number = (counts.get(pair) ?? 0) + 1
  counts.set(pair, number)
  return number
}

function onlyOf(pairs: readonly string[] | undefined): string {
  const [pair, ...others] = pairs ?? []
  if (pair === undefined || others.length > 0)
    throw new Malformed('its lines name no pair, so that PAIRS must name exactly one')
  return pair
}
