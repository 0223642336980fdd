import type { Member, MemberData } from '@candlewick/kafka/log'

/**
 * If the loads of two members differ by less than this share of the average load, they keep their partitions, because a move
 * costs a restore. The bound is lower for a new member, to which partitions have to move anyway.
 */
const EVEN_ENOUGH = { newcomer: 0.1, other: 0.25 }

interface Share {
  readonly id: string
  readonly partitions: Set<number>
  /** Whether the member runs no task now. */
  readonly isNew: boolean
  /** The newest version of states that the member knows. */
  readonly version: number
  load: number
}

/**
 * Plans which member gets which partitions of 0 … count-1. The plan is sticky (a partition stays where its task runs), balances
 * recent load, and leaves no member without a partition while another has several. While versions differ, in a rolling upgrade,
 * partitions move only to newer members, because an older member refuses states that a newer one has written.
 */
export function assignPartitions(count: number, members: readonly Member[]): Map<string, number[]> {
  const weight = weights(count, members)
  const owners = claims(count, members)
  const running = new Set(owners.values())
  const shares = [...members]
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map(
      ({ id, data }): Share => ({
        id,
        partitions: new Set(),
        isNew: !running.has(id),
        version: data.state_version ?? 1,
        load: 0,
      }),
    )
  const byId = new Map(shares.map(s => [s.id, s]))
  const give = (p: number, to: Share, from?: Share) => {
    from?.partitions.delete(p)
    if (from) from.load -= weight(p)
    to.partitions.add(p)
    to.load += weight(p)
  }
  for (const [p, id] of owners) give(p, byId.get(id)!)
  const free = Array.from({ length: count }, (_, p) => p).filter(p => !owners.has(p))
  const newest = Math.max(...shares.map(s => s.version))
  const takers = shares.filter(s => s.version === newest)
  for (const p of free.sort((a, b) => weight(b) - weight(a) || a - b)) give(p, lightest(takers))
  const average = shares.reduce((sum, s) => sum + s.load, 0) / shares.length
  for (let move = bestMove(shares, weight, average); move; move = bestMove(shares, weight, average))
    give(move.partition, move.to, move.from)
  return new Map(shares.map(s => [s.id, [...s.partitions].sort((a, b) => a - b)]))
}

/** A partition's recent load, with a minimum so that idle partitions are also spread. */
function weights(count: number, members: readonly Member[]): (partition: number) => number {
  const load = new Map<number, number>()
  for (const { data } of members)
    for (const [p, rate] of Object.entries(data.load)) load.set(Number(p), Math.max(rate, load.get(Number(p)) ?? 0))
  const mean = [...load.values()].reduce((a, b) => a + b, 0) / Math.max(1, count)
  const floor = mean > 0 ? mean / 10 : 1
  return p => floor + (load.get(p) ?? 0)
}

/**
 * Finds the present owner of each partition: the member that runs its task. If no member does, as after an outage of the broker,
 * it is the member that holds the task without running it. If several members claim a partition, the latest generation wins.
 */
export function claims(count: number, members: readonly Member[]): Map<number, string> {
  const owners = new Map<number, string>()
  const latestFirst = [...members].sort((a, b) => b.data.gen - a.data.gen || (a.id < b.id ? -1 : 1))
  for (const claims of [(data: MemberData) => data.own, (data: MemberData) => data.held ?? []])
    for (const { id, data } of latestFirst)
      for (const p of claims(data)) if (p >= 0 && p < count && !owners.has(p)) owners.set(p, id)
  return owners
}

const lightest = (shares: readonly Share[]): Share =>
  shares.reduce((a, b) => (b.load < a.load || (b.load === a.load && b.partitions.size < a.partitions.size) ? b : a))

interface Move {
  readonly partition: number
  readonly from: Share
  readonly to: Share
}

/**
 * @returns the move that relieves the busier of two members most. Among equal moves, it is the one between the members that
 *   differ most. Undefined if no move is worth a restore
 */
function bestMove(shares: readonly Share[], weight: (p: number) => number, average: number): Move | undefined {
  let best: Move | undefined
  let most = [0, 0]
  for (const from of shares) {
    for (const to of shares) {
      if (to.version < from.version) continue
      const starving = to.partitions.size === 0 && from.partitions.size > 1
      for (const partition of from.partitions) {
        const w = weight(partition)
        const relief = from.load - Math.max(from.load - w, to.load + w)
        const gain = relief + (starving ? average * shares.length : 0)
        const apart = from.load - to.load
        const better = gain > most[0]! || (gain === most[0] && gain > 0 && apart > most[1]!)
        if (better && (starving || (relief > 0 && apart > average * EVEN_ENOUGH[to.isNew ? 'newcomer' : 'other']))) {
          best = { partition, from, to }
          most = [gain, apart]
        }
      }
    }
  }
  return best
}
