/** Whether there is something to see, and if not, why. */
export interface State {
  readonly kind: 'ok' | 'loading' | 'broker_away' | 'no_data' | 'stalled'
  readonly text: string
}

export interface Signs {
  /** Why the broker cannot be asked; undefined when it answers. */
  readonly brokerError: string | undefined
  readonly loaded: boolean
  /** When the newest record of the topic was written, Unix ms; 0 before any. */
  readonly tradesMs: number
  readonly candlesMs: number
}

const STALLED_MS = 20_000

export function stateOf({ brokerError, loaded, tradesMs, candlesMs }: Signs, nowMs: number): State {
  if (brokerError !== undefined) return { kind: 'broker_away', text: `Kafka does not answer: ${brokerError}` }
  if (!loaded) return { kind: 'loading', text: 'Reading history …' }
  if (candlesMs === 0) {
    const text = tradesMs === 0 ? 'No trades yet: waiting for the ingestor' : 'Trades arrive, no candles yet'
    return { kind: 'no_data', text }
  }
  const seconds = (ms: number) => Math.round((nowMs - ms) / 1000)
  if (tradesMs === 0) return { kind: 'stalled', text: 'No trade and no watermark yet' }
  if (nowMs - tradesMs > STALLED_MS)
    return { kind: 'stalled', text: `No trade and no watermark for ${seconds(tradesMs)} s` }
  if (nowMs - candlesMs > STALLED_MS)
    return { kind: 'stalled', text: `Trades arrive, but no candles for ${seconds(candlesMs)} s` }
  return { kind: 'ok', text: 'Live' }
}
