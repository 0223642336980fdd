import type { Route } from './control-records.ts'
import type { Epoch } from './epoch.ts'
import type { Place } from './placement.ts'

/** A control record of the writer's side, for a partition of the output topic. */
export interface Marker {
  readonly partition: number
  readonly kind: 'arrive' | 'move'
  readonly value: object
}

/**
 * Decides where a key's next output goes (rules 1, 5, 6 and 7): a birth for a key without a route; a move when the
 * topic has more partitions than the route knows of and the placement names another one.
 * @param count how many partitions the output topic has
 * @param epoch of the key's residency in the input, which a route born later starts above
 */
export function routeOutput(
  key: string,
  route: Route | null,
  inputPartition: number,
  count: number,
  epoch: Epoch | null,
  place: Place,
): { route: Route; markers: readonly Marker[] } {
  if (route === null) {
    const born: Route = { partition: place(key, inputPartition, count), epoch: [epoch?.[0] ?? 0, 0], partitions: count }
    const value = { pair: key, epoch: born.epoch, from: null, complete_from_ms: null }
    return { route: born, markers: [{ partition: born.partition, kind: 'arrive', value }] }
  }
  if (count <= route.partitions) return { route, markers: [] }
  const to = place(key, inputPartition, count)
  if (to === route.partition) return { route: { ...route, partitions: count }, markers: [] }
  const next: Route = { partition: to, epoch: [route.epoch[0], route.epoch[1] + 1], partitions: count }
  return {
    route: next,
    markers: [
      { partition: to, kind: 'arrive', value: { pair: key, epoch: next.epoch, from: route.partition } },
      { partition: route.partition, kind: 'move', value: { pair: key, epoch: next.epoch, to } },
    ],
  }
}
