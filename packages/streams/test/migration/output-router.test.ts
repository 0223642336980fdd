import { describe, expect, it } from 'vitest'
import type { Route } from '../../src/migration/control-records.ts'
import { afterTaskMove, afterWriterMove, isOutgrown, reroute, routeOutput } from '../../src/migration/output-router.ts'

const ROUTE: Route = { partition: 1, epoch: [3, 2], partitions: 2 }
const INPUT = { partition: 5, epoch: [3, 0] as const }

/** The output topic has this many partitions, and every key belongs on the last one. */
const output = (partitions: number) => ({ name: 'out', partitions, place: () => partitions - 1 })
const brief = ({ route, markers }: ReturnType<typeof routeOutput>) => ({
  route,
  markers: markers.map(({ topic, partition, key, headers }) => [
    `${headers?.control} of ${key} in ${topic}/${partition}`,
    JSON.parse(String(headers?.content)),
  ]),
})

describe('the route of a key without one (rules 1 and 7)', () => {
  it('is a birth where the placement says, above every epoch of its earlier residencies in the input', () => {
    expect(brief(routeOutput('k', null, INPUT, output(4)))).toEqual({
      route: { partition: 3, epoch: [3, 0], partitions: 4 },
      markers: [['arrive of k in out/3', { pair: 'k', epoch: [3, 0], from: null, complete_from_ms: null }]],
    })
  })

  it('begins at epoch [0, 0] when the writer of the input writes no markers', () => {
    const { route } = routeOutput('k', null, { partition: 5, epoch: null }, output(4))
    expect(route.epoch).toEqual([0, 0])
  })

  it('begins above every earlier epoch when the registrar has granted the key again', () => {
    const { route } = routeOutput('k', null, { partition: 5, epoch: [-1, 4] }, output(4))
    expect(route.epoch).toEqual([4, 0])
  })

  it('asks the placement with the partition of the input', () => {
    const asked: unknown[] = []
    const place = (...args: unknown[]) => asked.push(args) - 1
    routeOutput('k', null, INPUT, { name: 'out', partitions: 4, place })
    expect(asked).toEqual([['k', 5, 4]])
  })
})

describe('an outgrown route (rules 5 and 6)', () => {
  it('is one that knows fewer partitions than the topic has', () => {
    expect([1, 2, 3].map(count => isOutgrown(ROUTE, count))).toEqual([false, false, true])
    expect(isOutgrown(null, 1)).toBe(true)
  })

  it('stays, without markers, when the placement names the same partition', () => {
    const same = { name: 'out', partitions: 4, place: () => 1 }
    expect(brief(routeOutput('k', ROUTE, INPUT, same))).toEqual({ route: { ...ROUTE, partitions: 4 }, markers: [] })
  })

  it('moves under the next epoch: an arrive in the new partition, then a move in the old one', () => {
    expect(brief(routeOutput('k', ROUTE, INPUT, output(4)))).toEqual({
      route: { partition: 3, epoch: [3, 3], partitions: 4 },
      markers: [
        ['arrive of k in out/3', { pair: 'k', epoch: [3, 3], from: 1 }],
        ['move of k in out/1', { pair: 'k', epoch: [3, 3], to: 3 }],
      ],
    })
  })

  it('gets an epoch of its own from each kind of writer', () => {
    expect(afterTaskMove([3, 2])).toEqual([3, 3])
    expect(afterWriterMove([3, 0])).toEqual([4, 0])
    expect(reroute(ROUTE, 0, 9, afterWriterMove)).toEqual({ partition: 0, epoch: [4, 0], partitions: 9 })
  })
})
