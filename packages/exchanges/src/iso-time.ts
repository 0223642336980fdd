import { MILLIS, millisOf } from './replay/times.ts'
import { Malformed } from './trade.ts'

/**
 * @returns Unix ms of an ISO 8601 text, in which a time without a zone is UTC. Any other value is returned as it is, so that the
 *   check of the trade names it.
 */
export function isoTime(value: unknown): unknown {
  if (typeof value !== 'string') return value
  try {
    return millisOf(value, 'iso')
  } catch (error) {
    if (!(error instanceof Malformed)) throw error
    return value
  }
}

/** @returns Unix ms of an exchange's ISO 8601 text; null where it has none that can be true. */
export function exchangeTime(value: unknown): number | null {
  const ms = typeof value === 'string' ? isoTime(value) : null
  return typeof ms === 'number' && ms >= MILLIS.min && ms < MILLIS.below ? ms : null
}
