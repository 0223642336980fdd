import type { Span } from './inspect.ts'
import { type Row, refuseInTwoFiles } from './sort.ts'
import type { TradeBatch } from './trade-batch.ts'

/** @returns the times, Unix ms, at which one file of trades without ids ends and the next one begins, by pair. */
export function sharedTimes(
  files: readonly string[],
  spans: ReadonlyMap<string, readonly Span[]>,
): ReadonlyMap<string, ReadonlySet<number>> {
  const shared = new Map<string, Set<number>>()
  const ends = new Map<string, number>()
  for (const file of files)
    for (const { pair, isNumbered, minTimeMs, maxTimeMs } of spans.get(file)!) {
      if (isNumbered && ends.get(pair) === minTimeMs) shared.set(pair, (shared.get(pair) ?? new Set()).add(minTimeMs))
      ends.set(pair, maxTimeMs)
    }
  return shared
}

/**
 * Compares only the trades at the given times, so that files of any size can be checked.
 * @throws Malformed if two files have the same trade at one of them
 */
export async function refuseSharedTrades(
  batches: AsyncIterable<TradeBatch>,
  times: ReadonlyMap<string, ReadonlySet<number>>,
): Promise<void> {
  const rows = new Map<string, Row[]>()
  for await (const batch of batches)
    for (let row = 0; row < batch.length; row++) {
      const pair = batch.pair(row)
      if (!times.get(pair)?.has(batch.times[row]!)) continue
      const found = rows.get(pair)
      if (found) found.push({ batch, row })
      else rows.set(pair, [{ batch, row }])
    }
  for (const found of rows.values())
    refuseInTwoFiles(found.sort((a, b) => a.batch.times[a.row]! - b.batch.times[b.row]!))
}
