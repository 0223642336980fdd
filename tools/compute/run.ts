import { availableParallelism } from 'node:os'
import type { Column } from '@candlewick/dataset'
import { baseIntervalMs, windowStart } from '@candlewick/market-data'
import { Account } from './account.ts'
import { jobsOf, type WrittenFile, writeFile } from './dataset-files.ts'
import { FoldPool, threadsFor } from './fold-pool.ts'
import { type HistoryOptions, tradesOfExchange } from './history.ts'
import type { ComputeOptions } from './options.ts'
import { Disorder } from './pair-fold.ts'
import { indicatorsOf, type Settings } from './settings.ts'
import { type SourceSurroundings, tradesOfFiles } from './source.ts'
import { stagedColumns } from './staged-columns.ts'
import { summaryLines, summaryOf } from './summary.ts'
import type { TradeColumns } from './trade-columns.ts'
import { Workplace } from './workplace.ts'

export interface ComputeSurroundings extends Omit<SourceSurroundings, 'account'> {
  readonly signal: AbortSignal
  readonly rest?: HistoryOptions['rest']
  report(sentence: string): void
}

type FolderOptions = ComputeOptions & { readonly out: string; readonly isSorted?: boolean }

/**
 * Computes a dataset: candles and feature rows of the trades, in files that appear when all of them are complete. @throws
 * Error that names the problem; the command can then be repeated
 */
export async function compute(options: FolderOptions, settings: Settings, around: ComputeSurroundings): Promise<void> {
  const workplace = new Workplace(
    options.out,
    JSON.stringify({
      ...JSON.parse(options.trades),
      ...settings,
      format: options.format,
      ...sourceOf(options, around),
    }),
  )
  try {
    const { account, folded, written } = await makeInOrder(options, settings, { ...around, workplace })
    const rows = written.reduce((sum, file) => sum + file.rows, 0)
    const summary = summaryOf(account, folded, rows / 2)
    workplace.publish(
      written.map(({ path }) => path),
      summary,
    )
    for (const line of summaryLines(summary, account)) around.report(line)
  } catch (error) {
    workplace.leave()
    throw error
  }
}

/** Trades that were fetched from one address do not continue those of another. */
const sourceOf = ({ exchange }: ComputeOptions, { rest }: ComputeSurroundings) =>
  exchange && rest?.url ? { url: rest.url } : {}

type Making = ComputeSurroundings & { readonly workplace: Workplace }

/**
 * Nearly all files are in order. Only files that turn out to be out of order are checked, sorted, and read again.
 * @throws Malformed for trades that cannot be put in order
 */
async function makeInOrder(options: FolderOptions, settings: Settings, making: Making) {
  try {
    return await make(options, settings, making)
  } catch (error) {
    if (!(error instanceof Disorder) || options.exchange) throw error
    making.warn(`Not in order: ${error.message}. The trades are sorted, and read again.`)
    return await make({ ...options, isSorted: true }, settings, making)
  }
}

/** Writes the files, which are sealed but not published. */
async function make(options: FolderOptions, settings: Settings, making: Making) {
  const { workplace, signal } = making
  const account = new Account()
  const { toMs } = options
  const files = { folder: options.out, format: options.format }
  const nowMs = Date.now()
  const poolOf = (pairs: number) =>
    new FoldPool(options.threads ?? threadsFor(pairs, availableParallelism()), i => ({
      settings,
      toMs,
      nowMs,
      files,
      stagePath: workplace.path(`stage-${i}`),
    }))
  let pool: FoldPool | undefined
  try {
    const trades = tradesOf({ ...options, settings }, { ...making, account }, workplace.path('trades.ndjson'))
    for await (const batch of trades) {
      signal.throwIfAborted()
      pool ??= poolOf(batch.pairIndex.names.length)
      await pool.take(batch)
    }
    pool ??= poolOf(0)
    const folded = await pool.finish(endMs(options, settings, await pool.lastMs()))
    for (const { pairs } of folded) account.add(pairs)
    const columns: readonly Column[] = stagedColumns(indicatorsOf(settings).fields)
    const writeOwn = (jobs: Parameters<FoldPool['write']>[0]): WrittenFile[] =>
      jobs.map(job => {
        signal.throwIfAborted()
        return writeFile(job, { ...files, columns })
      })
    const written = await pool.write(jobsOf(folded.map(({ staged }) => staged)), writeOwn)
    signal.throwIfAborted()
    return { account, folded, written }
  } finally {
    await pool?.close()
  }
}

export interface TradesOptions extends ComputeOptions {
  readonly settings: Settings
  /** Whether the files' trades are sorted first. */
  readonly isSorted?: boolean
}

/** @param cache keeps an exchange's trades until the dataset is complete; undefined: they are not kept */
export function tradesOf(
  options: TradesOptions,
  around: SourceSurroundings & ComputeSurroundings,
  cache: string | undefined,
): AsyncIterable<TradeColumns> {
  const { files, exchange, pairs, columns, fromMs, toMs, isSorted, settings } = options
  const baseMs = baseIntervalMs(settings.candles.intervals)
  const sortBy = isSorted ? (ms: number) => windowStart(ms, baseMs) : undefined
  if (!exchange) return tradesOfFiles({ files, pairs, columns, sortBy }, around)
  const { rest, signal } = around
  return tradesOfExchange({ exchange, pairs: pairs!, fromMs: fromMs!, toMs: toMs!, cache, rest, signal }, around)
}

/**
 * @returns the time up to which windows close: the requested end, or the end of the last trade's window, as after a replay.
 */
export function endMs({ toMs }: ComputeOptions, { candles }: Settings, lastMs: number): number {
  const baseMs = baseIntervalMs(candles.intervals)
  return toMs === undefined ? windowStart(lastMs, baseMs) + baseMs : windowStart(toMs, baseMs)
}
