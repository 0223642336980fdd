export interface Backoff {
  readonly firstMs: number
  readonly maxMs: number
}

/**
 * @returns an exponential delay (ms), capped. Half of it is random, so that many clients do not reconnect at once.
 * @param attempt counts from 0
 */
export function backoffMs({ firstMs, maxMs }: Backoff, attempt: number, random = Math.random): number {
  const delay = Math.min(maxMs, firstMs * 2 ** Math.min(attempt, 30))
  return delay / 2 + (random() * delay) / 2
}
