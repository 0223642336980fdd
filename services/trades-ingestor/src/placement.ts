import { byMurmur2 } from '@candlewick/streams'

/** A pair to place; `partition` is null for a new pair. */
export interface Placed {
  readonly pair: string
  readonly partition: number | null
  /** Trades per second. */
  readonly rate: number
}

/**
 * Assigns a partition to each pair.
 * @param pairs all pairs of the topic, so that several writers agree
 * @param movable whether a pair that has a partition may get another one
 */
export type Placement = (
  pairs: readonly Placed[],
  partitions: number,
  movable: (pair: string) => boolean,
) => ReadonlyMap<string, number>

/** Places pairs by their hash, as Java's producers and `rpk` do. */
export const murmur2Placement: Placement = (pairs, partitions, movable) =>
  new Map(
    pairs.map(({ pair, partition }) => [
      pair,
      partition !== null && !movable(pair) ? partition : byMurmur2(pair, 0, partitions),
    ]),
  )

/** A pair without trades also causes load: its windows close, and its live candles are published. */
const weight = ({ rate }: Placed): number => rate + 0.1
/** Minimum gain of a move, relative to the mean load of a partition: a handover costs more than a small imbalance. */
const WORTH_MOVING = 0.1

/**
 * Puts new pairs on the least loaded partition, and moves as few other pairs as are needed to balance the load. The order of
 * the pairs does not change the plan.
 */
export const balancedPlacement: Placement = (pairs, partitions, movable) => {
  const plan = new Map<string, number>()
  const loads = Array.from({ length: partitions }, () => 0)
  const put = (placed: Placed, to: number) => {
    const from = plan.get(placed.pair)
    if (from !== undefined) loads[from] = (loads[from] ?? 0) - weight(placed)
    loads[to] = (loads[to] ?? 0) + weight(placed)
    plan.set(placed.pair, to)
  }
  const sorted = [...pairs].sort((a, b) => b.rate - a.rate || (a.pair < b.pair ? -1 : 1))
  for (const placed of sorted) if (placed.partition !== null) put(placed, placed.partition)
  const candidates = sorted.filter(placed => placed.partition !== null && movable(placed.pair))
  for (let left = candidates.length; left > 0; left--) {
    const move = bestMove(candidates, plan, loads)
    if (!move) break
    put(move.placed, move.to)
  }
  for (const placed of sorted) if (placed.partition === null) put(placed, indexOfLeast(loads))
  return plan
}

const indexOfLeast = (loads: readonly number[]): number => loads.indexOf(Math.min(...loads))

/** @returns the move to the least loaded partition that lowers the sum of squared loads the most; undefined if no move gains enough. */
function bestMove(
  candidates: readonly Placed[],
  plan: ReadonlyMap<string, number>,
  loads: readonly number[],
): { placed: Placed; to: number } | undefined {
  const to = indexOfLeast(loads)
  const mean = loads.reduce((sum, load) => sum + load, 0) / loads.length
  let best: { placed: Placed; to: number } | undefined
  let bestGain = 0
  for (const placed of candidates) {
    const w = weight(placed)
    const difference = (loads[plan.get(placed.pair) ?? to] ?? 0) - (loads[to] ?? 0) - w
    // The move reduces the difference between the two partitions by twice this value.
    const gain = Math.min(w, difference)
    if (gain > Math.max(bestGain, WORTH_MOVING * mean)) {
      best = { placed, to }
      bestGain = gain
    }
  }
  return best
}
