import type { HttpResponse } from '../http.ts'
import { type Faults, REST_FAULTS } from './faults.ts'
import type { PacedMarket } from './pace.ts'
import type { Protocol } from './protocol.ts'

const SHORT_PAGE = 7
const BEHIND_MS = 3000

export interface RestOptions {
  readonly protocol: Protocol
  readonly market: PacedMarket
  readonly faults: Faults
  /** The exchange's time, Unix ms. */
  readonly nowMs: number
  pairNamed(name: string, nameOf: (pair: string) => string): string | undefined
}

/** @returns the answer of the protocol's REST interface, with faults applied. */
export function answerRest(url: URL, { protocol, market, faults, nowMs, pairNamed }: RestOptions): HttpResponse {
  const fault = faults.next(REST_FAULTS)
  if (fault === 'too-many-requests')
    return { status: 429, text: '{"error":["EGeneral:Too many requests"]}', retryAfterMs: 1000 }
  if (fault === 'server-error') return { status: 500, text: 'Internal Server Error' }
  const newestUs = Math.floor((fault === 'behind' ? nowMs - BEHIND_MS : nowMs) * 1000)
  return protocol.rest(url, {
    pairNamed,
    lastId: (pair, us = newestUs) => market.lastId(pair, Math.min(us, newestUs)),
    trade: (pair, id) => market.trade(pair, id),
    nowUs: newestUs,
    rowsMax: fault === 'short-page' ? SHORT_PAGE : Number.POSITIVE_INFINITY,
    wrongLast: fault === 'wrong-last',
  })
}
