import { type Clock, systemClock } from './clock.ts'

export interface HttpResponse {
  readonly status: number
  readonly text: string
}

export type HttpGet = (url: string, signal: AbortSignal) => Promise<HttpResponse>

const TIMEOUT_MS = 15_000

export const httpGet: HttpGet = async (url, signal) => {
  const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]) })
  return { status: response.status, text: await response.text() }
}

export interface RateLimit {
  /** Requests are at least this far apart. */
  readonly everyMs: number
  /** After the exchange said that there were too many. */
  readonly pauseMs: number
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
    const { status, text } = await this.#get(url, signal)
    try {
      if (status !== 200) throw new Error(`HTTP ${status} from ${new URL(url).host}: ${text.slice(0, 200)}`)
      return check(text)
    } catch (error) {
      if (status === 429 || /rate limit|too many/i.test(String(error)))
        this.#notBefore = this.#clock.now() + this.#limit.pauseMs
      throw error
    }
  }
}
