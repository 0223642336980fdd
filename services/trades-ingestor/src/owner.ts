import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import type { Cursor } from '@candlewick/market-data'
import { ConfigError } from '@candlewick/service'

/** An owner without a sign of life for this long is considered dead. */
export const OWNER_TTL_MS = 20_000
/** How often an owner writes a sign of life for a pair without other records. */
export const OWNER_REFRESH_MS = 5000

/** The ingestor must not write: the message names the conflicting owner or topic, and the remedy. */
export class Refused extends ConfigError {
  override name = 'Refused'
  readonly variable: string
  readonly problem: string
  constructor(variable: string, value: string, problem: string) {
    super([{ variable, value, problem }])
    this.variable = variable
    this.problem = problem
  }
}

/** @returns a unique name for this process: its group, host, process id and a random part. */
export const ownerId = (group: string): string =>
  `${group}@${hostname()}:${process.pid}:${randomBytes(3).toString('hex')}`

export const groupOf = (id: string): string => id.slice(0, id.lastIndexOf('@'))

export interface Claimant {
  readonly pairs: readonly string[]
  readonly exchange: string
  /** The claimant's owner id. */
  readonly owner: string
  /** Whether the claimant has written before. If it has, another owner of its group has fenced it, and not the other way round. */
  readonly resuming: boolean
  readonly wallMs: number
}

/** @throws Refused if a cursor is of another exchange, or a living ingestor owns one of the pairs */
export function refuseForeign(cursors: ReadonlyMap<string, Cursor>, claimant: Claimant): void {
  const { pairs, exchange, owner: self, resuming, wallMs } = claimant
  for (const [pair, cursor] of cursors) {
    if (cursor.exchange !== exchange)
      throw new Refused(
        'EXCHANGE',
        exchange,
        `the cursor of ${pair} is from ${cursor.exchange}, and a topic of trades belongs to one exchange; give this one topics of its own, e.g. TOPIC_PREFIX=${exchange}-`,
      )
    const { owner } = cursor
    if (!owner || owner.id === self || wallMs - owner.seen_ms >= OWNER_TTL_MS) continue
    const sameGroup = groupOf(owner.id) === groupOf(self)
    if (sameGroup && resuming)
      throw new Refused('CONSUMER_GROUP', groupOf(self), `${owner.id} has the same name and took over from ${self}`)
    if (sameGroup || !pairs.includes(pair)) continue
    const seconds = Math.max(0, Math.round((wallMs - owner.seen_ms) / 1000))
    throw new Refused(
      'PAIRS',
      pairs.join(','),
      `${pair} is written by ${owner.id}, which gave a sign of life ${seconds} s ago; this one is ${self}. End one of them; if the ` +
        `other one was killed, it counts as dead after ${OWNER_TTL_MS / 1000} s, so start this one again then`,
    )
  }
}
