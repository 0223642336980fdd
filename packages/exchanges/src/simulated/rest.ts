import type { HttpResponse } from '../http.ts'
import { restName } from '../kraken/names.ts'
import { type Faults, REST_FAULTS } from './faults.ts'
import type { Market, MarketTrade } from './market.ts'
import { restError, restTrades } from './protocol.ts'

const COUNT_MAX = 1000
const SHORT_PAGE = 7
const BEHIND_MS = 3000
const QUOTES = ['USDT', 'USDC', 'USD', 'EUR', 'GBP', 'JPY', 'XBT', 'ETH']

/** `XBTUSD` → the pair, if it is one of the known or ends in a usual quote currency. */
function pairOf(name: string, known: ReadonlySet<string>): string | undefined {
  for (const pair of known) if (restName(pair) === name) return pair
  const quote = QUOTES.find(q => name.endsWith(q) && name.length > q.length)
  const usual = (asset: string) => (asset === 'XBT' ? 'BTC' : asset === 'XDG' ? 'DOGE' : asset)
  return quote && `${usual(name.slice(0, -quote.length))}/${usual(quote)}`
}

/** The trades after an instant (exclusive), at most `count`; found by id, as time and id are convertible. */
function tradesAfter(market: Market, pair: string, sinceUs: number, lastId: number, count: number): MarketTrade[] {
  const first = market.lastId(pair, sinceUs) + 1
  const size = Math.max(0, Math.min(count, lastId - first + 1))
  return Array.from({ length: size }, (_, i) => market.trade(pair, first + i))
}

export interface RestOptions {
  readonly market: Market
  readonly faults: Faults
  readonly known: ReadonlySet<string>
  /** The exchange's time, Unix ms. */
  readonly nowMs: number
  trades(pair: string): boolean
}

/** Kraken's `/0/public/Trades`, and an error in Kraken's words for everything else. */
export function answerRest(url: URL, { market, faults, known, nowMs, trades }: RestOptions): HttpResponse {
  const name = url.searchParams.get('pair') ?? ''
  const pair = pairOf(name, known)
  if (url.pathname !== '/0/public/Trades') return { status: 404, text: restError('EGeneral:Unknown method') }
  if (!pair || !trades(pair)) return { status: 200, text: restError('EQuery:Unknown asset pair') }
  const fault = faults.next(REST_FAULTS)
  if (fault === 'too-many-requests') return { status: 429, text: restError('EGeneral:Too many requests') }
  if (fault === 'server-error') return { status: 500, text: 'Internal Server Error' }
  const toMs = fault === 'behind' ? nowMs - BEHIND_MS : nowMs
  const asked = Math.min(COUNT_MAX, Number(url.searchParams.get('count') ?? COUNT_MAX))
  const count = fault === 'short-page' ? Math.min(SHORT_PAGE, asked) : asked
  const lastId = market.lastId(pair, Math.floor(toMs * 1000))
  const since = url.searchParams.get('since')
  const sinceUs = since === null ? undefined : Number(BigInt(since) / 1000n)
  const rows = tradesAfter(
    market,
    pair,
    sinceUs ?? market.trade(pair, Math.max(1, lastId - count)).timestamp_us,
    lastId,
    count,
  )
  const lastUs = rows.at(-1)?.timestamp_us ?? sinceUs ?? 0
  const last = fault === 'wrong-last' ? `${BigInt(Math.floor(nowMs)) * 2_000_000n}` : `${BigInt(lastUs) * 1000n}`
  return { status: 200, text: restTrades(name, rows, last) }
}
