import { type Clock, systemClock } from '@candlewick/clock'
import { UnknownPair } from './exchange.ts'

export interface HttpResponse {
  readonly status: number
  readonly text: string
  /** The exchange's Retry-After, if it sent one. */
  readonly retryAfterMs?: number
}

export type HttpGet = (url: string, signal: AbortSignal) => Promise<HttpResponse>

const TIMEOUT_MS = 15_000
/** The longest pause, even if the exchange asks for more: a longer one would look as if the service hung. */
const PAUSE_MS_MAX = 15 * 60_000

export const httpGet: HttpGet = async (url, signal) => {
  const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]) })
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
  const retryAfterMs = Number.isFinite(seconds) ? { retryAfterMs: seconds * 1000 } : {}
  return { status: response.status, text: await response.text(), ...retryAfterMs }
}

export interface RateLimit {
  /** Minimum time between requests. */
  readonly everyMs: number
  /** Minimum time between requests about one pair, for an exchange that counts by pair. */
  readonly everyMsOfPair?: number
  /** Pause after the exchange reported too many requests. It is longer if the exchange asks for a longer one. */
  readonly pauseMs: number
  /** Whether a refusal means that the exchange does not trade the pair. */
  isUnknownPair?(status: number, text: string): boolean
}

/** Each refusal doubles the time between requests, up to `most` times the limit's; each answer shortens it by 1%. */
const SLOWER = { factor: 2, most: 20, recovery: 0.99 }

/** An exchange's REST interface. All its users share one rate limit. */
export class RateLimitedHttp {
  readonly #get: HttpGet
  readonly #clock: Clock
  readonly #limit: RateLimit
  #everyMs: number
  #notBefore = 0
  readonly #notBeforeOfPair = new Map<string, number>()

  constructor(limit: RateLimit, get: HttpGet = httpGet, clock: Clock = systemClock) {
    this.#limit = limit
    this.#get = get
    this.#clock = clock
    this.#everyMs = limit.everyMs
  }

  /**
   * @param pair the pair that the request is about
   * @param check parses the answer, and throws when it is a refusal
   * @throws Error naming the status of a refusal
   */
  async get<T>(pair: string, url: string, check: (text: string) => T, signal: AbortSignal): Promise<T> {
    await this.#turn(pair, signal)
    const { status, text, retryAfterMs = 0 } = await this.#get(url, signal)
    try {
      if (status !== 200) throw this.#refusal(status, text, url)
      const answer = check(text)
      this.#everyMs = Math.max(this.#limit.everyMs, this.#everyMs * SLOWER.recovery)
      return answer
    } catch (error) {
      // Binance answers 418 to an address that it has banned temporarily.
      if (status === 429 || status === 418 || /rate limit|too many/i.test(String(error))) this.#slowDown(retryAfterMs)
      throw error
    }
  }

  async #turn(pair: string, signal: AbortSignal): Promise<void> {
    const waitMs = () => Math.max(this.#notBefore, this.#notBeforeOfPair.get(pair) ?? 0) - this.#clock.now()
    // Another request may have taken the turn during the wait.
    for (let ms = waitMs(); ms > 0 && !signal.aborted; ms = waitMs()) await this.#clock.sleep(ms, signal)
    signal.throwIfAborted()
    const now = this.#clock.now()
    this.#notBefore = now + this.#everyMs
    this.#notBeforeOfPair.set(pair, now + (this.#limit.everyMsOfPair ?? 0))
  }

  #slowDown(retryAfterMs: number): void {
    const { everyMs, pauseMs } = this.#limit
    this.#everyMs = Math.min(this.#everyMs * SLOWER.factor, everyMs * SLOWER.most)
    this.#notBefore = this.#clock.now() + Math.min(PAUSE_MS_MAX, Math.max(pauseMs, retryAfterMs))
  }

  #refusal(status: number, text: string, url: string): Error {
    const message = `HTTP ${status} from ${new URL(url).host}: ${text.slice(0, 200)}`
    return this.#limit.isUnknownPair?.(status, text) ? new UnknownPair(message) : new Error(message)
  }
}
