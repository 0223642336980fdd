import { Trade, Watermark } from '@candlewick/market-data'
import { controlContent, type LogRecord } from '@candlewick/streams'
import type { TradeList } from './auditor.ts'
import type { AuditTrade } from './recomputation.ts'

/** Maximum number of trades; beyond it the oldest are forgotten, and their windows can no longer be checked. */
const HELD_MAX = 200_000

interface OfPair {
  held: AuditTrade[]
  knownMs: number
  fromMs: number
}

/** The trades of the topic `trades` from its present end on. A real exchange offers no other list to compare with. */
export class TopicList implements TradeList {
  readonly #pairs = new Map<string, OfPair>()
  forgotten = 0

  /** Adds a record of the topic. */
  record(record: LogRecord): void {
    const kind = record.headers?.control
    try {
      if (kind === 'watermark') this.#watermark(Watermark.parse(controlContent(record)))
      else if (!kind) this.#trade(Trade.parse(JSON.parse(String(record.value))))
    } catch {
      // The services have sent any other record to the dead letters.
    }
  }

  *take(pair: string): Iterable<AuditTrade> {
    const of = this.#pairs.get(pair)
    if (!of) return
    const { held } = of
    of.held = []
    yield* held
  }

  known(pair: string): number {
    return this.#pairs.get(pair)?.knownMs ?? 0
  }

  completeFrom(pair: string): number {
    return this.#pairs.get(pair)?.fromMs ?? Number.POSITIVE_INFINITY
  }

  #watermark({ pair, watermark_ms }: Watermark): void {
    const of = this.#pairs.get(pair)
    if (of) of.knownMs = Math.max(of.knownMs, watermark_ms)
  }

  #trade(trade: Trade): void {
    const { pair, timestamp_ms } = trade
    // Other trades of the first trade's millisecond may precede it.
    const of = this.#pairs.get(pair) ?? { held: [], knownMs: 0, fromMs: timestamp_ms + 1 }
    this.#pairs.set(pair, of)
    of.held.push(trade)
    of.knownMs = Math.max(of.knownMs, timestamp_ms)
    if (of.held.length <= HELD_MAX) return
    of.fromMs = of.held.shift()!.timestamp_ms + 1
    this.forgotten++
  }
}
