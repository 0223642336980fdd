import {
  appendFileSync,
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import {
  EXCHANGES,
  type ExchangeName,
  type ExchangeOptions,
  PairIndex,
  pastTrades,
  type RejectedTrade,
  reasonOfField,
  TradeBatch,
} from '@candlewick/exchanges/history'
import { tradeText } from '../../services/trades-ingestor/src/records.ts'
import { type SourceSurroundings, tradesOfFiles } from './source.ts'
import type { TradeColumns } from './trade-columns.ts'

export interface HistoryOptions {
  readonly exchange: ExchangeName
  readonly pairs: readonly string[]
  readonly fromMs: number
  readonly toMs: number
  /** NDJSON file that keeps the fetched trades for the next run if this one ends early; undefined: they are not kept. */
  readonly cache: string | undefined
  /** URL of the exchange's REST interface, in place of the usual one. */
  readonly rest?: Omit<ExchangeOptions, 'pairs'> | undefined
  readonly signal: AbortSignal
}

/** Number of an exchange's trades that are folded and stored at a time. */
const BATCH_TRADES = 1000
/** More bytes than any trade's line has. */
const LINE_BYTES_MAX = 1 << 16

interface Reached {
  readonly trade_id: number | null
  readonly timestamp_ms: number
}

/** An exchange's trades of [fromMs, toMs): first the cached ones, then the rest, which the cache keeps. */
export async function* tradesOfExchange(
  options: HistoryOptions,
  around: SourceSurroundings,
): AsyncGenerator<TradeColumns> {
  const { pairs, fromMs, cache } = options
  const reached = new Map<string, Reached>(pairs.map(pair => [pair, { trade_id: null, timestamp_ms: fromMs }]))
  const isCached = cache !== undefined && hasLines(cache)
  const rejections = isCached ? cachedRejections(cache) : []
  const skipped = rejections.flatMap(({ pair, trade_id }) =>
    pair === null || trade_id === null ? [] : { row: 0, pair, trade_id },
  )
  if (isCached)
    for await (const batch of tradesOfFiles({ files: [cache], pairs }, around)) {
      const { length, ids, times, pairIndex } = batch
      batch.skipped.push(...skipped.splice(0))
      for (let row = 0; row < length; row++)
        reached.set(pairIndex.names[batch.pairs[row]!]!, { trade_id: ids[row]!, timestamp_ms: times[row]! })
      yield batch
    }
  // Without cached trades this empties the list: the rejected trades before the first one are fetched again.
  yield* fetched(options, around, reached, cache === undefined ? [] : keepReached(cache, rejections, reached))
}

/** A trade that was rejected before a kill, and the last trade before it. */
interface Rejection extends RejectedTrade {
  readonly after: number | null
}

const rejectionsOf = (cache: string): string => `${cache}.rejected`

function cachedRejections(cache: string): readonly Rejection[] {
  const file = rejectionsOf(cache)
  if (!existsSync(file) || !hasLines(file)) return []
  return readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line))
}

/** Keeps the rejected trades among the cached ones: those behind them are fetched again. */
function keepReached(
  cache: string,
  all: readonly Rejection[],
  reached: ReadonlyMap<string, Reached>,
): readonly Rejection[] {
  const own = all.filter(({ pair, trade_id, after }) => {
    const last = reached.get(pair ?? '')?.trade_id ?? -1
    return trade_id === null ? (after ?? -1) < last : trade_id <= last
  })
  writeFileSync(rejectionsOf(cache), own.map(rejection => `${JSON.stringify(rejection)}\n`).join(''))
  return own
}

async function* fetched(
  { exchange, pairs, fromMs, toMs, cache, rest, signal }: HistoryOptions,
  { account, progress, warn }: SourceSurroundings,
  reached: Map<string, Reached>,
  rejectedBefore: readonly RejectedTrade[],
): AsyncGenerator<TradeColumns> {
  const { history } = EXCHANGES[exchange]({ pairs, ...rest })
  const onFailure = (pair: string, error: unknown, retryInMs: number) =>
    warn(`No history of ${pair}, again in ${Math.round(retryInMs / 1000)} s: ${messageOf(error)}`)
  const spans = pairs.map(pair => ({ pair, after: reached.get(pair)!, fromMs, toMs }))
  const index = new PairIndex()
  let trades = 0
  let batch = new TradeBatch(exchange, index)
  let text = ''
  let rejections = ''
  const keep = () => {
    if (cache) appendFileSync(rejectionsOf(cache), rejections)
    if (cache) appendFileSync(cache, text)
    text = rejections = ''
  }
  const leaveOut = ({ pair, trade_id, field, problem }: RejectedTrade) => {
    account.read++
    account.leaveOut(pair ?? '', reasonOfField(field), `${exchange}, trade ${trade_id ?? 'without id'}: ${problem}`)
    if (pair !== null && trade_id !== null) batch.skipped.push({ row: batch.length, pair, trade_id })
  }
  const onRejected = (rejected: readonly RejectedTrade[]) => {
    for (const trade of rejected) {
      leaveOut(trade)
      rejections += `${JSON.stringify({ ...trade, after: reached.get(trade.pair ?? '')?.trade_id ?? null })}\n`
    }
  }
  const take = () => {
    keep()
    const taken = batch
    account.read += taken.length
    batch = new TradeBatch(exchange, index)
    const done = [...reached.values()].reduce((sum, { timestamp_ms }) => sum + timestamp_ms - fromMs, 0)
    progress.update(done / ((toMs - fromMs) * pairs.length), trades)
    return taken
  }
  rejectedBefore.forEach(leaveOut)
  try {
    for await (const trade of pastTrades(history, spans, { signal, onFailure, onRejected })) {
      // An answer may have a trade twice.
      if (trade.trade_id <= (reached.get(trade.pair)?.trade_id ?? -1)) continue
      if (batch.length >= BATCH_TRADES || batch.isFull) yield take()
      reached.set(trade.pair, trade)
      batch.push(trade, ++trades)
      text += `${tradeText(trade)}\n`
    }
    yield take()
  } finally {
    keep()
  }
}

/** Removes a last line that a kill has truncated; its trade is fetched again. @returns whether any line is left */
function hasLines(file: string): boolean {
  if (!existsSync(file)) return false
  const { size } = statSync(file)
  const tail = Buffer.alloc(Math.min(size, LINE_BYTES_MAX))
  const fd = openSync(file, 'r')
  readSync(fd, tail, 0, tail.length, size - tail.length)
  closeSync(fd)
  const end = size - tail.length + tail.lastIndexOf('\n') + 1
  truncateSync(file, end)
  return end > 0
}

/** The error of `fetch` only says that it failed; the reason is in its cause. */
function messageOf(error: unknown): string {
  const { message, cause } = error instanceof Error ? error : new Error(String(error))
  return cause instanceof Error ? `${message}: ${cause.message}` : message
}
