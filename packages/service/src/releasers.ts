/** Functions that release resources at the end, last in, first out. If one fails, the others still run. */
export class Releasers {
  readonly #releasers: (() => Promise<void> | undefined | void)[] = []
  #released: Promise<void> | undefined

  add(release: () => Promise<void> | undefined | void): void {
    this.#releasers.push(release)
  }

  /** Runs all functions once, even if it is called several times. @throws the first error */
  release(): Promise<void> {
    this.#released ??= this.#run()
    return this.#released
  }

  async #run(): Promise<void> {
    const errors: unknown[] = []
    for (const release of this.#releasers.reverse())
      try {
        await release()
      } catch (error) {
        errors.push(error)
      }
    if (errors.length > 0) throw errors[0]
  }
}
