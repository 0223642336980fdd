import { Cursor } from '@candlewick/market-data'
import { type Log, type OutRecord, StateRefused } from '@candlewick/streams'
import { groupOf, OWNER_TTL_MS } from './owner.ts'

/** The version of the cursors that this ingestor writes. */
const VERSION: Cursor['v'] = 1

/**
 * The valid cursors among all that were written. A pair belongs to the ingestor that claimed it while it was free. A claim is
 * void if another group's owner is alive. Within a group, the transactional id fences the older ingestor.
 */
export class CursorTable {
  readonly #log: Log
  readonly #topic: string
  readonly #cursors = new Map<string, Cursor>()
  #next = 0
  /** Time of the newest cursor by the broker's clock, Unix ms. */
  newestMs = 0

  constructor(log: Log, topic: string) {
    this.#log = log
    this.#topic = topic
  }

  /** Reads the cursors written since the last call. @throws Error naming a pair whose cursor is unreadable */
  async catchUp(): Promise<ReadonlyMap<string, Cursor>> {
    const { start, end } = await this.#log.offsets(this.#topic, 0)
    for await (const chunk of this.#log.read(this.#topic, 0, Math.max(start, this.#next), end))
      for (const { key, value, timestamp } of chunk)
        if (key !== null && value !== null) this.#add(key, this.#parse(key, value), timestamp)
    this.#next = end
    return this.#cursors
  }

  /** The owner's sign of life has the broker's time, because the owner's clock may be wrong. */
  #add(pair: string, cursor: Cursor, seen_ms: number): void {
    this.newestMs = Math.max(this.newestMs, seen_ms)
    const before = this.#cursors.get(pair)?.owner
    const owner = cursor.owner && { ...cursor.owner, seen_ms }
    const foreign = before && owner && groupOf(before.id) !== groupOf(owner.id)
    if (!foreign || seen_ms - before.seen_ms >= OWNER_TTL_MS) this.#cursors.set(pair, { ...cursor, owner })
  }

  /** @throws StateRefused for a cursor of a newer ingestor */
  #parse(pair: string, value: Buffer): Cursor {
    try {
      const cursor: { v?: number } = JSON.parse(value.toString())
      if (cursor.v && cursor.v > VERSION)
        throw new StateRefused(
          `${this.#topic} has cursors of version ${cursor.v}, but this ingestor knows only versions up to ${VERSION}. ` +
            'Nothing is lost: run the newer version of the service (finish the upgrade, or take the downgrade back)',
        )
      return Cursor.parse(cursor)
    } catch (error) {
      if (error instanceof StateRefused) throw error
      throw new Error(`The cursor of ${pair} in ${this.#topic} cannot be read: ${error}`)
    }
  }
}

export const cursorRecord = (topic: string, pair: string, cursor: Cursor): OutRecord => ({
  topic,
  partition: 0,
  key: pair,
  value: JSON.stringify(cursor),
})

/** @returns whether the pair has trades, and another owner, or one that has ended, wrote the last ones. */
export const isOthers = (cursor: Cursor | undefined, owner: string): boolean =>
  cursor !== undefined && cursor.last_trade_id !== null && cursor.owner?.id !== owner
