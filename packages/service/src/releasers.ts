/** Functions that release resources at the end, last in, first out. One that fails does not keep the others from running. */
export class Releasers {
  readonly #releasers: (() => Promise<void> | undefined | void)[] = []
  #released: Promise<void> | undefined

  add(release: () => Promise<void> | undefined | void): void {
    this.#releasers.push(release)
  }

  /** Runs them once, however often it is called. @throws the first error */
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
