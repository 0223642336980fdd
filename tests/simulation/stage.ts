import { type Clock, type Log, type Place, type Processor, Stream, type StreamEvent } from '@candlewick/streams'

/** A service as the simulation runs it. */
export interface Stage {
  readonly name: string
  /** One for each configuration and version. An instance gets a random one, and one of the newest version once all is healed. */
  readonly processors: readonly Processor<unknown>[]
  readonly input: string
  readonly output: string
  readonly live?: string
  readonly marksOutput: boolean
}

export const DEAD_LETTERS = 'dead-letters'

/** @returns the topics of a stage's own group. */
export const ownTopics = (stage: Stage) => ({
  changelog: `${stage.name}-changelog`,
  handovers: `${stage.name}-handovers`,
})

export function makeStream(
  stage: Stage,
  processor: Processor<unknown>,
  log: Log,
  clock: Clock,
  place: Place,
  observe: (event: StreamEvent) => void,
): Stream<unknown> {
  const { name, input, output, live, marksOutput } = stage
  return new Stream({
    log,
    clock,
    group: name,
    service: name,
    processor,
    marksOutput,
    place,
    observe,
    commitIntervalMs: 100,
    askAfterMs: 1000,
    topics: { input, output, ...(live && { live }), deadLetters: DEAD_LETTERS, ...ownTopics(stage) },
  })
}
