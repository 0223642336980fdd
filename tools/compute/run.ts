import { availableParallelism } from 'node:os'
import { type Column, featureColumns } from '@candlewick/dataset'
import { baseIntervalMs, windowStart } from '@candlewick/market-data'
import { Account } from './account.ts'
import { jobsOf, type WrittenFile, writeFile } from './dataset-files.ts'
import { FoldPool } from './fold-pool.ts'
import type { Folded } from './folding.ts'
import { type HistoryOptions, tradesOfExchange } from './history.ts'
import type { ComputeOptions } from './options.ts'
import { indicatorsOf, type Settings } from './settings.ts'
import { type SourceSurroundings, tradesOfFiles } from './source.ts'
import { problemOf, refuseWrong, summaryLines, summaryOf } from './summary.ts'
import type { TradeColumns } from './trade-columns.ts'
import { Workplace } from './workplace.ts'

export interface ComputeSurroundings extends Omit<SourceSurroundings, 'account'> {
  readonly signal: AbortSignal
  readonly rest?: HistoryOptions['rest']
  report(sentence: string): void
}

/** More threads than this wait for the one that reads. */
const THREADS_MAX = 3

/**
 * Computes a dataset: candles and feature rows of the trades, in files that appear when all of them are whole.
 * @throws Error saying what is wrong; the same command can be run again
 */
export async function compute(
  options: ComputeOptions & { readonly out: string },
  settings: Settings,
  around: ComputeSurroundings,
): Promise<void> {
  const workplace = new Workplace(
    options.out,
    JSON.stringify({ ...JSON.parse(options.trades), ...settings, format: options.format }),
  )
  const account = new Account()
  try {
    const { folded, written } = await make(options, settings, { ...around, account, workplace })
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
  const problem = problemOf(account)
  if (problem) throw new Error(problem)
}

type Making = SourceSurroundings & ComputeSurroundings & { readonly workplace: Workplace }

/** Makes the files, sealed but not published. */
async function make(options: ComputeOptions & { readonly out: string }, settings: Settings, making: Making) {
  const { account, workplace, signal } = making
  const files = { folder: options.out, format: options.format }
  const nowMs = Date.now()
  const threads = options.threads ?? Math.min(THREADS_MAX, availableParallelism() - 1)
  const pool = new FoldPool(threads, i => ({ settings, nowMs, files, stagePath: workplace.path(`stage-${i}`) }))
  try {
    const trades = tradesOf(options, making, workplace.path('trades.ndjson'))
    for await (const batch of trades) {
      signal.throwIfAborted()
      await pool.take(batch)
    }
    const folded = await pool.finish(endMs(options, settings, await pool.settle()))
    for (const { pairs } of folded) account.add(pairs)
    refuseWrong(account)
    const columns: readonly Column[] = featureColumns(indicatorsOf(settings).fields)
    const writeOwn = (jobs: Parameters<FoldPool['write']>[0]): WrittenFile[] =>
      jobs.map(job => {
        signal.throwIfAborted()
        return writeFile(job, { ...files, columns })
      })
    const written = await pool.write(jobsOf(folded.map(({ staged }) => staged)), writeOwn)
    signal.throwIfAborted()
    return { folded: folded satisfies Folded[], written }
  } finally {
    await pool.close()
  }
}

/** @param cache keeps an exchange's trades until the dataset is whole; undefined: nothing does */
export function tradesOf(
  options: ComputeOptions,
  making: SourceSurroundings & ComputeSurroundings,
  cache: string | undefined,
): AsyncIterable<TradeColumns> {
  const { files, exchange, pairs, fromMs, toMs } = options
  if (!exchange) return tradesOfFiles({ files, pairs, fromMs, toMs }, making)
  const { rest, signal } = making
  return tradesOfExchange({ exchange, pairs: pairs!, fromMs: fromMs!, toMs: toMs!, cache, rest, signal }, making)
}

/** Up to when windows close: to the end asked for, or to that of the last trade's window, as after a replay. */
export function endMs({ toMs }: ComputeOptions, { candles }: Settings, lastMs: number): number {
  const baseMs = baseIntervalMs(candles.intervals)
  return toMs === undefined ? windowStart(lastMs, baseMs) + baseMs : windowStart(toMs, baseMs)
}
