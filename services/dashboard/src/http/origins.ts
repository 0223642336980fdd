import type { IncomingHttpHeaders } from 'node:http'

/** Decides which pages of other sites may read the API: only listed origins. */
export class Origins {
  readonly #allowed: ReadonlySet<string>

  /** @param allowed origins such as https://desk.example, or `*` */
  constructor(allowed: readonly string[]) {
    this.#allowed = new Set(allowed)
  }

  /** @returns whether the request comes from a program, from our own page or from a listed origin */
  allow({ origin, host }: IncomingHttpHeaders): boolean {
    if (origin === undefined) return true
    const url = URL.parse(origin)
    const isOwn = url?.host === host?.toLowerCase() && url?.origin === origin.toLowerCase()
    return isOwn || this.#names(origin)
  }

  /** @returns the CORS headers that let a listed page read the answer */
  headers({ origin }: IncomingHttpHeaders): Record<string, string> {
    if (this.#allowed.size === 0) return {}
    const allowed = origin !== undefined && this.#names(origin)
    return { vary: 'origin', ...(allowed && { 'access-control-allow-origin': origin }) }
  }

  #names(origin: string): boolean {
    return this.#allowed.has('*') || this.#allowed.has(origin)
  }
}
