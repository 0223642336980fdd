import type { Stream, TaskStatus } from '@candlewick/streams'

/** A stream that can be replaced by another stream, e.g. after its processor's settings have changed. */
export class ReplaceableStream<State> {
  readonly #start: (stream: Stream<State>) => Promise<void>
  readonly #done = Promise.withResolvers<void>()
  #stream: Stream<State>
  #isStopped = false
  /** Serialises replacements and the stop. */
  #turn: Promise<void> = Promise.resolve()
  /** Resolves when the newest stream has stopped. @throws the error that has ended one of the streams */
  readonly done = this.#done.promise

  /** @param start makes a stream join its group, and waits as long as the broker is unreachable */
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

  /** Stops the stream and starts the other one, unless {@link stop} was called. An error ends {@link done}. */
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
