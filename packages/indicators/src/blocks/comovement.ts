import { newRing, push, type Ring } from './ring.ts'

/**
 * Variances and covariance of the last pairs of values, from sums of differences to nearby anchors. The sums are computed
 * again each time the ring has wrapped around, or when too few digits are left: O(1) for each pair.
 */
export interface Comovement {
  x: Ring
  y: Ring
  anchorX: number
  anchorY: number
  sumX: number
  sumY: number
  squaresX: number
  squaresY: number
  products: number
}

export const newComovement = (): Comovement => ({
  x: newRing(),
  y: newRing(),
  anchorX: 0,
  anchorY: 0,
  sumX: 0,
  sumY: 0,
  squaresX: 0,
  squaresY: 0,
  products: 0,
})

/** Sums of squared distances, and of products of distances, from the means; 0 where the values are equal. */
export interface Spreads {
  readonly x: number
  readonly y: number
  readonly both: number
}

const RESOLUTION = 1e-4
const EQUAL = 1e-14

/** @returns the spreads, null while there are fewer than `period` pairs. */
export function comove(state: Comovement, x: number, y: number, period: number): Spreads | null {
  const oldX = push(state.x, x, period)
  const oldY = push(state.y, y, period)
  if (state.x.values.length < period) return null
  if (oldX === undefined || oldY === undefined || state.x.next === 0) return summed(state)
  include(state, x, y, 1)
  include(state, oldX, oldY, -1)
  const spreads = spreadsOf(state)
  const worn = spreads.x < RESOLUTION * state.squaresX || spreads.y < RESOLUTION * state.squaresY
  return worn ? summed(state) : spreads
}

function include(state: Comovement, x: number, y: number, sign: 1 | -1): void {
  const [aboveX, aboveY] = [x - state.anchorX, y - state.anchorY]
  state.sumX += sign * aboveX
  state.sumY += sign * aboveY
  state.squaresX += sign * aboveX * aboveX
  state.squaresY += sign * aboveY * aboveY
  state.products += sign * aboveX * aboveY
}

function spreadsOf({ x, sumX, sumY, squaresX, squaresY, products }: Comovement): Spreads {
  const n = x.values.length
  return { x: squaresX - (sumX * sumX) / n, y: squaresY - (sumY * sumY) / n, both: products - (sumX * sumY) / n }
}

/** @returns the spreads from the values themselves. */
function summed(state: Comovement): Spreads {
  const [xs, ys] = [state.x.values, state.y.values]
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  Object.assign(state, { anchorX: mean(xs), anchorY: mean(ys), sumX: 0, sumY: 0 })
  Object.assign(state, { squaresX: 0, squaresY: 0, products: 0 })
  for (let i = 0; i < xs.length; i++) include(state, xs[i]!, ys[i]!, 1)
  const { x, y, both } = spreadsOf(state)
  return { x: x > EQUAL * state.squaresX ? x : 0, y: y > EQUAL * state.squaresY ? y : 0, both }
}
