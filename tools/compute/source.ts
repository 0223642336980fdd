import { statSync } from 'node:fs'
import {
  type LeftOut,
  orderTrades,
  type ReadOptions,
  readTrades,
  type Silence,
  silenceText,
  type TradeBatch,
} from '@candlewick/exchanges/history'
import type { Progress } from '../backfill/progress.ts'
import type { Account } from './account.ts'
import { Disorder } from './pair-fold.ts'
import type { TradeColumns } from './trade-columns.ts'

export interface SourceOptions extends Pick<ReadOptions, 'files' | 'pairs' | 'columns'> {
  /** Start of the shortest candle's window that contains a time. If it is given, all files are inspected first, and disordered trades are sorted. */
  readonly sortBy?: ((ms: number) => number) | undefined
}

export interface SourceSurroundings {
  readonly account: Account
  readonly progress: Progress
  warn(sentence: string): void
}

/** Number of broken rows that are reported one by one; the account counts all of them. */
const REPORTED_MAX = 20
/** Reasons for rows of pairs and times that were not requested, which are not mistakes. */
const UNASKED = ['other_pair', 'other_message', 'repeated_header']

/**
 * The files' trades. A batch is valid until the next one is requested. Rows that are left out are reported and accounted for.
 * @throws Malformed for files without trades, and for files whose trades have to be sorted and cannot be; Disorder for trades
 *   without ids that have to be sorted by time first
 */
export async function* tradesOfFiles(options: SourceOptions, around: SourceSurroundings): AsyncGenerator<TradeColumns> {
  const { files, pairs, columns, sortBy } = options
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
  const silences: Silence[] = []
  const onSilence = (silence: Silence) => silences.push(silence)
  const onBytes = (count: number) => {
    bytes += count
    progress.update(Math.min(1, bytes / whole), trades)
  }
  const own = { onLeftOut, onLayout, onBytes }
  const batches = sortBy
    ? await sorted({ files, pairs, columns, onSilence }, sortBy, own, account)
    : readTrades({ files, pairs, columns, reusesBatches: true, onSilence, ...own })
  const lasts: Last[] = []
  for await (const batch of batches) {
    if (batch.isNumbered && !sortBy) checkTimes(batch, lasts)
    trades += batch.length
    account.read += batch.length
    yield batch
  }
  // If the files turn out to be in another order, they are read again, and other silences are found.
  for (const silence of silences) warn(silenceText(silence))
}

/** Where a pair's last trade without an id was. */
interface Last {
  ms: number
  file: string
}

/**
 * @param lasts by the pair's index
 * @throws Disorder also if the next file begins at the time at which the last one ended: it may have the same trade
 */
function checkTimes({ length, pairs, times, file, pairIndex }: TradeBatch, lasts: Last[]): void {
  for (let row = 0; row < length; row++) {
    const pair = pairs[row]!
    const ms = times[row]!
    lasts[pair] ??= { ms, file }
    const last = lasts[pair]
    if (ms < last.ms) throw new Disorder(`a trade of ${pairIndex.names[pair]} is earlier than the one before it`)
    if (last.file !== file) {
      if (ms === last.ms) throw new Disorder(`${file} begins at the time at which ${last.file} ends`)
      last.file = file
    }
    last.ms = ms
  }
}

/** Repeated trades are left out here. */
async function sorted(
  options: ReadOptions,
  windowStart: (ms: number) => number,
  own: Partial<ReadOptions>,
  account: Account,
): Promise<AsyncIterable<TradeBatch>> {
  const ordered = await orderTrades(options, windowStart)
  for (const [pair, count] of ordered.repeated) {
    account.read += count
    if (count > 0) account.leaveOut(pair, 'duplicate', options.files.join(', '), count)
  }
  return ordered.batches(own)
}
