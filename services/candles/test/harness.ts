import type { Candle, Trade } from '@candlewick/market-data'
import { type Emit, type LogRecord, type Processor, Rejected } from '@candlewick/streams'
import type { PairState } from '../src/pair-state.ts'
import { type CandlesOptions, candlesProcessor } from '../src/processor.ts'

/** A minute, an hour and a day start here: 2026-01-01T00:00:00Z, a Thursday. */
export const T0 = 1_767_225_600_000
export const PAIR = 'BTC/USD'
export const MINUTE_MS = 60_000

/** A record of the pair in the log: a trade, a control record, or a raw value. */
export type Item =
  | { readonly trade: Trade; readonly writtenMs?: number }
  | { readonly control: string; readonly value: unknown; readonly writtenMs?: number }
  | { readonly raw: string | null }

export const trade = (id: number, atMs: number, fields: Partial<Trade> = {}): Item => ({
  trade: aTrade(id, atMs, fields),
})

export const aTrade = (id: number, atMs: number, fields: Partial<Trade> = {}): Trade => ({
  pair: PAIR,
  trade_id: id,
  side: 'buy',
  price: 100,
  qty: 1,
  timestamp_ms: T0 + atMs,
  ...fields,
})

export const watermark = (atMs: number): Item => ({
  control: 'watermark',
  value: { pair: PAIR, watermark_ms: T0 + atMs },
})

export const gap = (fromMs: number, toMs: number): Item => ({
  control: 'gap',
  value: { pair: PAIR, from_ms: T0 + fromMs, to_ms: T0 + toMs },
})

export const birth = (completeFromMs: number | null): Item => ({
  control: 'arrive',
  value: {
    pair: PAIR,
    epoch: [0, 0],
    from: null,
    complete_from_ms: completeFromMs === null ? null : T0 + completeFromMs,
  },
})

/** Feeds a processor as the runtime does, and remembers what it says. */
export class Feed {
  readonly processor: Processor<PairState>
  state: PairState
  readonly candles: Candle[] = []
  readonly counts: Record<string, number> = {}
  readonly rejected: { readonly reason: string; readonly detail: string }[] = []
  readonly #emit: Emit = {
    output: value => this.candles.push(value as Candle),
    count: (name, by = 1) => {
      this.counts[name] = (this.counts[name] ?? 0) + by
    },
  }

  constructor(options: Partial<CandlesOptions> = {}, state?: PairState) {
    this.processor = candlesProcessor({ intervals: ['1m'], emptyCandles: 'flat', ...options })
    this.state = state ?? this.processor.initial(PAIR)
  }

  /** A Rejected must leave the state as it was: every use of this checks it. */
  take(...items: readonly Item[]): this {
    for (const item of items) {
      const before = structuredClone(this.state)
      try {
        this.#one(item)
      } catch (error) {
        if (!(error instanceof Rejected)) throw error
        this.rejected.push({ reason: error.reason, detail: error.message })
        if (JSON.stringify(before) !== JSON.stringify(this.state))
          throw new Error('a rejected record changed the state')
        this.processor.missed?.(this.state, loggedOf(item))
      }
    }
    return this
  }

  #one(item: Item): void {
    if ('control' in item) {
      this.processor.control(this.state, item.control, item.value, this.#emit, item.writtenMs ?? 9e13)
      return
    }
    this.processor.process(this.state, loggedOf(item), this.#emit)
  }

  /** Restores the state from JSON, as after a restart. */
  restored(): this {
    this.state = JSON.parse(JSON.stringify(this.state)) as PairState
    return this
  }
}

/** @returns the item as the log has it. */
function loggedOf(item: Item): LogRecord {
  const written = ('raw' in item ? undefined : item.writtenMs) ?? 9e13
  if ('control' in item) return { ...recordOf(null, written), headers: { control: item.control } }
  return recordOf('trade' in item ? JSON.stringify(item.trade) : item.raw, written)
}

export const recordOf = (value: string | null, timestamp = T0): LogRecord => ({
  offset: 0,
  timestamp,
  key: PAIR,
  value: value === null ? null : Buffer.from(value),
})
