import type { Clock } from '@candlewick/clock'
import type { HttpGet } from './http.ts'

export interface ExchangeOptions {
  /** The pairs that will be requested. */
  readonly pairs: readonly string[]
  /** URL of the REST interface, in place of the exchange's own. */
  readonly url?: string | undefined
  readonly get?: HttpGet
  readonly clock?: Clock
}
