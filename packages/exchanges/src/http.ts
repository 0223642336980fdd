import { type Clock, systemClock } from './clock.ts'
import { UnknownPair } from './exchange.ts'

export interface HttpResponse {
  readonly status: number
  readonly text: string
  /** Where the exchange says how long to wait. */
  readonly retryAfterMs?: number
}

export type HttpGet = (url: string, signal: AbortSignal) => Promise<HttpResponse>

const TIMEOUT_MS = 15_000
/** However long the exchange says: whoever waits longer is not told apart from one that hangs. */
const PAUSE_MS_MAX = 15 * 60_000

export const httpGet: HttpGet = async (url, signal) => {
  const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]) })
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
  const retryAfterMs = Number.isFinite(seconds) ? { retryAfterMs: seconds * 1000 } : {}
  return { status: response.status, text: await response.text(), ...retryAfterMs }
}

export interface RateLimit {
  /** Requests are at least this far apart. */
  readonly everyMs: number
  /** After the exchange said that there were too many; longer if it says so. */
  readonly pauseMs: number
  /** Whether a refusal means that the exchange does not trade what was asked for. */
  isUnknownPair?(status: number, text: string): boolean
}

/** An exchange's REST interface: one request at a time, within its rate limit, which all users of it share. */
export class RateLimitedHttp {
  readonly #get: HttpGet
  readonly #clock: Clock
  readonly #limit: RateLimit
  #turn: Promise<unknown> = Promise.resolve()
  #notBefore = 0

  constructor(limit: RateLimit, get: HttpGet = httpGet, clock: Clock = systemClock) {
    this.#limit = limit
    this.#get = get
    this.#clock = clock
  }

  /** @param check reads the answer and throws when the exchange refused. @throws Error naming the status of a refusal */
  get<T>(url: string, check: (text: string) => T, signal: AbortSignal): Promise<T> {
    const result = this.#turn.then(() => this.#request(url, check, signal))
    this.#turn = result.catch(() => {})
    return result
  }

  async #request<T>(url: string, check: (text: string) => T, signal: AbortSignal): Promise<T> {
    await this.#clock.sleep(Math.max(0, this.#notBefore - this.#clock.now()), signal)
    signal.throwIfAborted()
    this.#notBefore = this.#clock.now() + this.#limit.everyMs
    const { status, text, retryAfterMs = 0 } = await this.#get(url, signal)
    try {
      if (status !== 200) throw this.#refusal(status, text, url)
      return check(text)
    } catch (error) {
      // 418 is how Binance says that an address is banned for a while.
      if (status === 429 || status === 418 || /rate limit|too many/i.test(String(error)))
        this.#notBefore = this.#clock.now() + Math.min(PAUSE_MS_MAX, Math.max(this.#limit.pauseMs, retryAfterMs))
      throw error
    }
  }

  #refusal(status: number, text: string, url: string): Error {
    const message = `HTTP ${status} from ${new URL(url).host}: ${text.slice(0, 200)}`
    return this.#limit.isUnknownPair?.(status, text) ? new UnknownPair(message) : new Error(message)
  }
}
