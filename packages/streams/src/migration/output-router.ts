import type { OutRecord } from '@candlewick/kafka/log'
import { controlRecord, type Route } from './control-records.ts'
import { type Epoch, isGranted } from './epoch.ts'
import type { Place } from './placement.ts'

/** The epoch after a move by the writer of the first topic, who has no task's epoch to keep. */
export const afterWriterMove = ([n]: Epoch): Epoch => [n + 1, 0]
/** The epoch after a move by a task. */
export const afterTaskMove = ([n, m]: Epoch): Epoch => [n, m + 1]

/** @returns a number that has grown since the key's last birth in the output: it counts the writer's moves or the registrar's grants. */
const generation = (epoch: Epoch | null): number => (epoch === null ? 0 : isGranted(epoch) ? epoch[1] : epoch[0])

/** Rule 5: a key's partition may be chosen again only when the topic has more partitions than its route knows of. */
export const isOutgrown = (route: Route | null, partitions: number): boolean => (route?.partitions ?? 0) < partitions

/** @returns the key's route in a topic that has grown: under a new epoch if it leads to another partition now. */
export const reroute = (route: Route, to: number, partitions: number, next: (epoch: Epoch) => Epoch): Route => ({
  partition: to,
  epoch: to === route.partition ? route.epoch : next(route.epoch),
  partitions,
})

/** Rule 1: the record that precedes a key's first record. @param more further fields, for the processor that reads the topic */
export const birthRecord = (topic: string, pair: string, { partition, epoch }: Route, more: object = {}): OutRecord =>
  controlRecord(topic, partition, 'arrive', { pair, epoch, from: null, ...more })

/** Rules 2 and 6: the two records that move a key. They belong into one transaction with the new route. */
export const moveRecords = (topic: string, pair: string, from: Route, to: Route): readonly OutRecord[] => [
  controlRecord(topic, to.partition, 'arrive', { pair, epoch: to.epoch, from: from.partition }),
  controlRecord(topic, from.partition, 'move', { pair, epoch: to.epoch, to: to.partition }),
]

/** The topic that a task writes its outputs to. */
export interface OutputTopic {
  readonly name: string
  /** The known number of its partitions. */
  readonly partitions: number
  readonly place: Place
}

/** Where a key is in the input. */
export interface InputPlace {
  readonly partition: number
  /** The epoch of the key's residency; null if its writer writes no markers. */
  readonly epoch: Epoch | null
}

/**
 * Routes a key without a route, or with a route that knows fewer partitions than the topic has. The result is a birth, a move if
 * the placement names another partition, or the same partition as before.
 * @returns the route and the markers that have to be written with it
 */
export function routeOutput(
  key: string,
  route: Route | null,
  input: InputPlace,
  output: OutputTopic,
): { route: Route; markers: readonly OutRecord[] } {
  const { name, partitions, place } = output
  const partition = place(key, input.partition, partitions)
  if (route === null) {
    // Rule 7: after a lost state the key has another birth, with an epoch above all earlier ones.
    const born: Route = { partition, epoch: [generation(input.epoch), 0], partitions }
    return { route: born, markers: [birthRecord(name, key, born, { complete_from_ms: null })] }
  }
  const next = reroute(route, partition, partitions, afterTaskMove)
  return { route: next, markers: partition === route.partition ? [] : moveRecords(name, key, route, next) }
}
