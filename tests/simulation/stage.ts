import { type Clock, type Log, type Place, type Processor, Stream, type StreamEvent } from '@candlewick/streams'

import { PACE } from './scheduler.ts'

/** A service in the simulation. */
export interface Stage {
  readonly name: string
  /** One for each configuration and version. An instance gets a random one, and one of the newest version once all is healed. */
  readonly processors: readonly Processor<unknown>[]
  readonly input: string
  readonly output: string
  readonly live?: string
  readonly marksOutput: boolean
  /** For a writer that writes no watermarks: its windows are closed by time, so that the instances' clocks run at the exchange's pace. */
  readonly closeAfterIdleMs?: number | undefined
  /** Maximum size of a record, so small that every state is written in parts; absent if states are not split. */
  readonly recordBytesMax?: number
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
  const { name, input, output, live, marksOutput, closeAfterIdleMs = 0, recordBytesMax } = stage
  const pace = closeAfterIdleMs > 0 ? PACE : 1
  return new Stream({
    log,
    clock: { ...clock, now: () => clock.now() * pace, sleep: ms => clock.sleep(ms / pace) },
    group: name,
    service: name,
    processor,
    marksOutput,
    place,
    observe,
    commitIntervalMs: 100 * pace,
    askAfterMs: 1000 * pace,
    closeAfterIdleMs,
    ...(recordBytesMax !== undefined && { recordBytesMax }),
    topics: { input, output, ...(live && { live }), deadLetters: DEAD_LETTERS, ...ownTopics(stage) },
  })
}
