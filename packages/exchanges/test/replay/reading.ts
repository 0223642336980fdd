import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '../../../../tests/temporary-folder.ts'
import { type ExchangeTrade, type LeftOut, type ReadOptions, readTrades } from '../../src/index.ts'

export interface Reading {
  readonly layouts: readonly string[]
  readonly trades: readonly ExchangeTrade[]
  readonly lines: readonly number[]
  /** `REASON line N: problem`. */
  readonly leftOut: readonly string[]
  readonly skipped: readonly number[]
  /** Pairs that may lack a trade behind their last one. */
  readonly lost: readonly string[]
  /** Pairs that may lack a trade before their first one. */
  readonly lostBefore: readonly string[]
}

export function fileOf(name: string, content: string | Buffer): string {
  const path = join(temporaryFolder(), name)
  writeFileSync(path, content)
  return path
}

/** The trades, left-out rows and layouts that a reader reports for some files. */
export async function reading(files: readonly string[], options: Partial<ReadOptions> = {}): Promise<Reading> {
  const layouts: string[] = []
  const leftOut: string[] = []
  const trades: ExchangeTrade[] = []
  const lines: number[] = []
  const skipped: number[] = []
  const lost: string[] = []
  const lostBefore: string[] = []
  const onLeftOut = ({ reason, line, problem }: LeftOut) => leftOut.push(`${reason} line ${line}: ${problem}`)
  const onLayout = (_file: string, layout: string) => layouts.push(layout)
  for await (const batch of readTrades({ files, onLeftOut, onLayout, ...options })) {
    trades.push(...batch)
    lines.push(...batch.lines.subarray(0, batch.length))
    lost.push(...batch.lost)
    lostBefore.push(...batch.lostBefore)
    skipped.push(...batch.skipped.map(({ trade_id }) => trade_id))
  }
  return { layouts, trades, lines, leftOut, skipped, lost, lostBefore }
}

/** Reads one file with the given content. */
export const readingOf = (name: string, content: string | Buffer, options?: Partial<ReadOptions>): Promise<Reading> =>
  reading([fileOf(name, content)], options)
