import { statSync } from 'node:fs'
import {
  EXCHANGES,
  type ExchangeOptions,
  type LeftOut,
  type OrderedTrades,
  orderTrades,
  PairIndex,
  pastTrades,
  type RejectedTrade,
  reasonOfField,
  type Silence,
  silenceText,
  TradeBatch,
} from '@candlewick/exchanges'
import { leftOutLog } from '../../services/trades-ingestor/src/recorded/left-out-log.ts'
import type { Recording } from '../../services/trades-ingestor/src/recorded/recording.ts'
import type { BackfillOptions } from './options.ts'
import type { Planned } from './plan.ts'
import type { Progress } from './progress.ts'

/** Trades in a batch of an exchange's history. Small, because pages arrive slowly and should be written soon. */
const PAGE_TRADES = 500

export interface RecordingOptions {
  readonly progress: Progress
  readonly signal: AbortSignal
  /** Options of the exchange's REST client, e.g. another URL in tests. */
  readonly rest?: Omit<ExchangeOptions, 'pairs'>
  warn(sentence: string): void
}

/** @returns the error's message with its cause, because `fetch` reports only that it failed. */
function messageOf(error: unknown): string {
  const { message, cause } = error instanceof Error ? error : new Error(String(error))
  return cause instanceof Error ? `${message}: ${cause.message}` : message
}

/**
 * Inspects the files.
 * @param windowStart returns the start of the shortest candle's window that contains a time, Unix ms
 * @throws Malformed if they cannot be put in order; Error if they lack a requested pair, or the ids that live trades would have
 *   to continue
 */
export async function orderFiles(
  { files, pairs, columns, suffix }: BackfillOptions,
  windowStart: (ms: number) => number,
  warn: (sentence: string) => void,
): Promise<OrderedTrades> {
  const onLeftOut = leftOutLog((_, text) => warn(text))
  const onLayout = (file: string, layout: string) => warn(`${file} is read as ${layout}.`)
  const onSilence = (silence: Silence) => warn(silenceText(silence))
  const ordered = await orderTrades({ files, pairs, columns, onLeftOut, onLayout, onSilence }, windowStart)
  const lacking = pairs.filter(pair => !ordered.firstMs.has(pair))
  if (lacking.length > 0) throw new Error(`${files.join(', ')}: no trades of ${lacking.join(', ')}`)
  if (ordered.isNumbered && !suffix)
    throw new Error(
      `${files[0]} does not have the trades' ids, so that live trades cannot follow: write it to topics of its own, e.g. --suffix -history`,
    )
  if (ordered.isSorted) warn('The trades are not in order: they are sorted in memory.')
  else if (ordered.files.join() !== files.join()) warn(`The files are read in this order: ${ordered.files.join(', ')}.`)
  return ordered
}

/** @returns the trades of the files; reading them updates the progress. */
export function recordingOfFiles(
  { files, fromMs, toMs }: BackfillOptions,
  ordered: OrderedTrades,
  { progress }: RecordingOptions,
): Recording {
  const whole = files.reduce((sum, file) => sum + statSync(file).size, 0)
  return {
    name: files.join(', '),
    repeated: ordered.repeated,
    isRepeatable: true,
    fromMs,
    toMs,
    async *batches(onLeftOut) {
      let bytes = 0
      let trades = 0
      const onBytes = (count: number) => {
        bytes += count
        progress.update(Math.min(1, bytes / whole), trades)
      }
      for await (const batch of ordered.batches({ onLeftOut, onBytes, onLayout: () => {} })) {
        trades += batch.length
        yield batch
      }
    },
  }
}

/** @returns the exchange's trades of the requested time; reading them updates the progress. */
export function recordingOfExchange(
  { exchange, fromMs = 0, toMs = Date.now(), pairs }: BackfillOptions,
  planned: readonly Planned[],
  { progress, signal, rest, warn }: RecordingOptions,
): Recording {
  const onFailure = (pair: string, error: unknown, retryInMs: number) =>
    warn(`No history of ${pair}, again in ${Math.round(retryInMs / 1000)} s: ${messageOf(error)}`)
  async function* batches(onLeftOut: (row: LeftOut) => void) {
    const { history } = EXCHANGES[exchange]({ pairs, ...rest })
    const reached = new Map(planned.map(({ pair, after }) => [pair, after.timestamp_ms]))
    const whole = [...reached.values()].reduce((sum, ms) => sum + toMs - ms, 0)
    const lastIds = new Map(planned.map(({ pair, after }) => [pair, after.trade_id ?? -1]))
    const index = new PairIndex()
    let trades = 0
    let batch = new TradeBatch(exchange, index)
    const spans = planned.map(span => ({ ...span, fromMs, toMs }))
    const onRejected = (rejected: readonly RejectedTrade[]) => {
      for (const { pair, trade_id, field, problem } of rejected) {
        onLeftOut({
          pair: pair ?? undefined,
          file: exchange,
          line: 0,
          reason: reasonOfField(field),
          problem,
        })
        if (pair !== null && trade_id !== null) batch.skipped.push({ row: batch.length, pair, trade_id })
      }
    }
    for await (const trade of pastTrades(history, spans, { signal, onFailure, onRejected })) {
      // A page may begin before the requested position.
      if (trade.trade_id <= lastIds.get(trade.pair)!) continue
      lastIds.set(trade.pair, trade.trade_id)
      if (batch.isFull || batch.length >= PAGE_TRADES) {
        yield batch
        batch = new TradeBatch(exchange, index)
      }
      batch.push(trade, ++trades)
      reached.set(trade.pair, trade.timestamp_ms)
      progress.update(1 - [...reached.values()].reduce((sum, ms) => sum + toMs - ms, 0) / whole, trades)
    }
    yield batch
  }
  return { name: exchange, isRepeatable: false, fromMs, toMs, batches }
}
