import type { IncomingHttpHeaders } from 'node:http'

/** Which pages of other sites may read here: none, unless they are named. */
export class Origins {
  readonly #allowed: ReadonlySet<string>

  /** @param allowed origins such as https://desk.example, or `*` */
  constructor(allowed: readonly string[]) {
    this.#allowed = new Set(allowed)
  }

  /** Whether the request comes from a program, from our own page or from a page that is allowed. */
  allow({ origin, host }: IncomingHttpHeaders): boolean {
    if (origin === undefined) return true
    return (URL.canParse(origin) && new URL(origin).host === host?.toLowerCase()) || this.#names(origin)
  }

  /** @returns the headers that let the page read the answer. */
  headers({ origin }: IncomingHttpHeaders): Record<string, string> {
    if (this.#allowed.size === 0) return {}
    const allowed = origin !== undefined && this.#names(origin)
    return { vary: 'origin', ...(allowed && { 'access-control-allow-origin': origin }) }
  }

  #names(origin: string): boolean {
    return this.#allowed.has('*') || this.#allowed.has(origin)
  }
}
