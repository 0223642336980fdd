import { statSync } from 'node:fs'
import {
  EXCHANGES,
  type ExchangeOptions,
  type ExchangeTrade,
  firstTrades,
  type LeftOut,
  pastTrades,
  readTrades,
} from '@candlewick/exchanges'
import type { BackfillOptions } from './options.ts'
import type { Planned } from './plan.ts'
import type { Progress } from './progress.ts'

type FilesOptions = Pick<BackfillOptions, 'files' | 'pairs' | 'columns'>

export interface TradesOptions {
  readonly planned: readonly Planned[]
  readonly progress: Progress
  readonly signal: AbortSignal
  /** Where the exchange's REST interface is, if not where it always is. */
  readonly rest?: Omit<ExchangeOptions, 'pairs'>
  warn(sentence: string): void
}

/** `fetch` only says that it failed: why is in its cause. */
function messageOf(error: unknown): string {
  const { message, cause } = error instanceof Error ? error : new Error(String(error))
  return cause instanceof Error ? `${message}: ${cause.message}` : message
}

/** @returns the time of the files' first trade of these pairs (Unix ms). @throws Malformed when there is none */
export async function firstTradeMs({ files, pairs, columns }: FilesOptions): Promise<number> {
  return (await firstTrades({ files, pairs, columns })).times[0]!
}

/** @throws Error for a file whose trades have no ids: those that follow on the exchange could never join them */
export async function requireIds({ files, pairs, columns }: FilesOptions): Promise<void> {
  for (const file of files)
    if ((await firstTrades({ files: [file], pairs, columns })).isNumbered)
      throw new Error(
        `${file} does not tell the trades' ids, so that live trades cannot follow: write it to topics of its own, e.g. --suffix -history`,
      )
}

/** What the exchange or the files have of [fromMs, toMs), and how far that is. */
export function tradesOf(
  options: BackfillOptions & { fromMs: number },
  own: TradesOptions,
): AsyncIterable<Iterable<ExchangeTrade>> {
  return options.files.length > 0 ? ofFiles(options, own) : ofExchange(options, own)
}

async function* ofExchange(options: BackfillOptions & { fromMs: number }, own: TradesOptions) {
  const { fromMs, toMs = Date.now(), pairs } = options
  const { planned, progress, signal, rest, warn } = own
  const { history } = EXCHANGES[options.exchange]({ pairs, ...rest })
  const onFailure = (pair: string, error: unknown, retryInMs: number) =>
    warn(`No history of ${pair}, again in ${Math.round(retryInMs / 1000)} s: ${messageOf(error)}`)
  const reached = new Map(planned.map(({ pair, after }) => [pair, after.timestamp_ms]))
  const whole = [...reached.values()].reduce((sum, ms) => sum + toMs - ms, 0)
  const spans = planned.map(span => ({ ...span, fromMs, toMs }))
  let trades = 0
  for await (const trade of pastTrades(history, spans, { signal, onFailure })) {
    reached.set(trade.pair, trade.timestamp_ms)
    const left = [...reached.values()].reduce((sum, ms) => sum + toMs - ms, 0)
    progress.update(1 - left / whole, ++trades)
    yield [trade]
  }
}

async function* ofFiles(
  { files, pairs, columns, fromMs, toMs = Number.POSITIVE_INFINITY }: BackfillOptions & { fromMs: number },
  own: TradesOptions,
) {
  const whole = files.reduce((sum, file) => sum + statSync(file).size, 0)
  let bytes = 0
  let trades = 0
  const onLeftOut = ({ file, line, reason, problem }: LeftOut) =>
    reason === 'other_pair' || own.warn(`${file}, line ${line} is left out: ${problem}`)
  const onLayout = (file: string, layout: string) => own.warn(`${file} is read as ${layout}.`)
  const onBytes = (count: number) => {
    bytes += count
    own.progress.update(Math.min(1, bytes / whole), trades)
  }
  for await (const batch of readTrades({ files, pairs, columns, onLeftOut, onLayout, onBytes })) {
    trades += batch.length
    yield [...batch].filter(({ timestamp_ms }) => timestamp_ms >= fromMs && timestamp_ms < toMs)
  }
}
