import { statSync } from 'node:fs'
import { type LeftOut, readTrades } from '@candlewick/exchanges'
import type { Progress } from '../backfill/progress.ts'
import type { Account } from './account.ts'
import { splitRows, type TradeColumns } from './trade-columns.ts'

export interface SourceOptions {
  readonly files: readonly string[]
  readonly pairs: readonly string[] | undefined
  readonly fromMs: number | undefined
  readonly toMs: number | undefined
}

export interface SourceSurroundings {
  readonly account: Account
  readonly progress: Progress
  warn(sentence: string): void
}

/** Broken rows that are reported one by one; all of them are in the account. */
const REPORTED_MAX = 20
/** Rows that are no trades of what was asked for: nothing is wrong with them. */
const UNASKED = ['other_pair', 'other_message', 'repeated_header']

/** The files' trades of the time asked for. Rows that are left out are reported and accounted for. */
export async function* tradesOfFiles(options: SourceOptions, around: SourceSurroundings): AsyncGenerator<TradeColumns> {
  const { files, pairs } = options
  const { account, progress, warn } = around
  const whole = files.reduce((sum, file) => sum + statSync(file).size, 0)
  let bytes = 0
  let trades = 0
  let reported = 0
  const onLeftOut = ({ file, line, reason, problem, pair = '' }: LeftOut) => {
    account.read++
    account.leaveOut(pair, reason, `${file}, line ${line}`)
    if (UNASKED.includes(reason) || reported > REPORTED_MAX) return
    const isLast = reported++ === REPORTED_MAX
    warn(
      isLast
        ? 'More rows are left out; the summary has their numbers.'
        : `${file}, line ${line} is left out: ${problem}`,
    )
  }
  const onLayout = (file: string, layout: string) => warn(`${file} is read as ${layout}.`)
  const onBytes = (count: number) => {
    bytes += count
    progress.update(Math.min(1, bytes / whole), trades)
  }
  for await (const batch of readTrades({ files, pairs, onLeftOut, onLayout, onBytes })) {
    trades += batch.length
    account.read += batch.length
    yield within(batch, options, account)
  }
}

/** Leaves out what lies before or after the time asked for. */
function within(batch: TradeColumns, { fromMs, toMs }: SourceOptions, account: Account): TradeColumns {
  if (fromMs === undefined && toMs === undefined) return batch
  const { times, pairs, lines, file, pairIndex } = batch
  const isWithin = (ms: number) => ms >= (fromMs ?? 0) && ms < (toMs ?? Number.POSITIVE_INFINITY)
  const [kept] = splitRows(batch, 1, row => (isWithin(times[row]!) ? 0 : -1))
  for (let row = 0; row < batch.length; row++)
    if (!isWithin(times[row]!))
      account.leaveOut(pairIndex.names[pairs[row]!]!, 'other_time', `${file}, line ${lines[row]}`)
  return kept!
}
