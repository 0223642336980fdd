import type { Stream, TaskStatus } from '@candlewick/streams'

/** A stream whose place another one may take, e.g. after its processor's settings have changed. */
export class ReplaceableStream<State> {
  readonly #start: (stream: Stream<State>) => Promise<void>
  readonly #done = Promise.withResolvers<void>()
  #stream: Stream<State>
  #isStopped = false
  /** Replacements and the stop come one after the other. */
  #turn: Promise<void> = Promise.resolve()
  /** Resolves when the newest stream has stopped. @throws whatever ends any of them */
  readonly done = this.#done.promise

  /** @param start has the stream join its group, however long the broker is away */
  constructor(stream: Stream<State>, start: (stream: Stream<State>) => Promise<void>) {
    this.#stream = stream
    this.#start = start
    this.done.catch(() => {})
  }

  async start(): Promise<void> {
    const stream = this.#stream
    stream.done.catch(error => this.#done.reject(error))
    await this.#start(stream)
  }

  /** Stops the stream, and starts the other one unless all have been stopped. What goes wrong ends {@link done}. */
  replace(other: Stream<State>): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#isStopped) return
      try {
        await this.#stream.stop()
        this.#stream = other
        await this.start()
      } catch (error) {
        this.#done.reject(error)
      }
    })
  }

  stop(): Promise<void> {
    this.#isStopped = true
    return this.#inTurn(async () => {
      await this.#stream.stop()
      this.#done.resolve()
    })
  }

  ready(): string | undefined {
    return this.#stream.ready().reason
  }

  status(): readonly TaskStatus[] {
    return this.#stream.status()
  }

  #inTurn(step: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(step)
    this.#turn = done.catch(() => {})
    return done
  }
}
