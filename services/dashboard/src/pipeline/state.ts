/** Whether the pipeline delivers data, and if not, why. */
export interface State {
  readonly kind: 'ok' | 'loading' | 'broker_away' | 'no_data' | 'stalled'
  readonly text: string
}

export interface Signs {
  /** Why the broker does not answer; undefined if it does. */
  readonly brokerError: string | undefined
  readonly loaded: boolean
  /** When the newest record of the topic was written, Unix ms; 0 before the first one. */
  readonly tradesMs: number
  readonly candlesMs: number
  /** When the dashboard started, Unix ms. */
  readonly startedMs: number
  /** Progress of the pairs whose history is being fetched, e.g. `BTC/USD: 6 of 24 hours of history`. */
  readonly histories: readonly string[]
}

const STALLED_MS = 20_000
const HISTORIES_MAX = 3
const NO_TRADES = 'No trades yet: waiting for the ingestor'
/** The usual cause is that the exchange cannot be reached. */
const NO_TRADES_REMEDY =
  'The log of trades-ingestor says why. Without internet: docker compose down -v, then docker compose --profile simulated up'

export function stateOf(signs: Signs, nowMs: number): State {
  const { brokerError, loaded, tradesMs, candlesMs, startedMs, histories } = signs
  if (brokerError !== undefined) return { kind: 'broker_away', text: `Kafka does not answer: ${brokerError}` }
  if (!loaded) return { kind: 'loading', text: 'Reading history …' }
  if (candlesMs === 0) {
    if (tradesMs !== 0) return { kind: 'no_data', text: 'Trades arrive, no candles yet' }
    const hasWaited = nowMs - startedMs > STALLED_MS
    return { kind: 'no_data', text: hasWaited ? `${NO_TRADES}. ${NO_TRADES_REMEDY}` : NO_TRADES }
  }
  const seconds = (ms: number) => Math.round((nowMs - ms) / 1000)
  if (tradesMs === 0) return { kind: 'stalled', text: 'No trade and no watermark yet' }
  if (nowMs - tradesMs > STALLED_MS)
    return { kind: 'stalled', text: `No trade and no watermark for ${seconds(tradesMs)} s` }
  if (nowMs - candlesMs > STALLED_MS)
    return { kind: 'stalled', text: `Trades arrive, but no candles for ${seconds(candlesMs)} s` }
  const more = histories.length - HISTORIES_MAX
  const named = histories.slice(0, HISTORIES_MAX).join(', ')
  return { kind: 'ok', text: (more > 0 ? `${named} and ${more} pairs more` : named) || 'Live' }
}
