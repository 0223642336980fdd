/** Inputs of one of Ehlers' Hilbert transforms, newest first. */
type Taps = [number, number, number, number, number, number]

/** State of the homodyne discriminator, which measures the dominant cycle. */
export interface Hilbert {
  count: number
  /** The price smoother: the last four prices, newest first. */
  prices: [number, number, number, number]
  smooth: Taps
  detrender: Taps
  inPhase: Taps
  quadrature: Taps
  /** The last three values of the detrender, newest first. */
  detrended: [number, number, number]
  i2: number
  q2: number
  re: number
  im: number
  period: number
}

export interface Cycle {
  /** The smoothed price. */
  smooth: number
  /** In-phase and quadrature components of the smoothed price. */
  i1: number
  q1: number
  /** Period of the dominant cycle, candles. */
  period: number
}

const noTaps = (): Taps => [0, 0, 0, 0, 0, 0]

export const newHilbert = (): Hilbert => ({
  count: 0,
  prices: [0, 0, 0, 0],
  smooth: noTaps(),
  detrender: noTaps(),
  inPhase: noTaps(),
  quadrature: noTaps(),
  detrended: [0, 0, 0],
  i2: 0,
  q2: 0,
  re: 0,
  im: 0,
  period: 0,
})

const DEGREES = 45 / Math.atan(1)
const [A, B] = [0.0962, 0.5769]

/**
 * Adds a price. @param idle number of prices that only fill the smoother, before the transforms start @returns the cycle,
 * null while idle. (Ehlers, Rocket Science for Traders, 2001)
 */
export function cycle(state: Hilbert, price: number, idle: number): Cycle | null {
  const smooth = smoothed(state, price)
  if (state.count++ < idle) return null
  const gain = 0.075 * state.period + 0.54
  const detrender = transform(state.smooth, smooth, gain)
  const q1 = transform(state.detrender, detrender, gain)
  const i1 = state.detrended[2]
  push(state.detrended, detrender)
  const i2 = 0.2 * (i1 - transform(state.quadrature, q1, gain)) + 0.8 * state.i2
  const q2 = 0.2 * (q1 + transform(state.inPhase, i1, gain)) + 0.8 * state.q2
  state.re = 0.2 * (i2 * state.i2 + q2 * state.q2) + 0.8 * state.re
  state.im = 0.2 * (i2 * state.q2 - q2 * state.i2) + 0.8 * state.im
  state.i2 = i2
  state.q2 = q2
  state.period = nextPeriod(state)
  return { smooth, i1, q1, period: state.period }
}

function push(values: number[], value: number): void {
  for (let i = values.length - 1; i > 0; i--) values[i] = values[i - 1]!
  values[0] = value
}

/**
 * Weighted average of the last four prices. It is added up from all four each time, because running sums, which TA-Lib uses, drift.
 */
function smoothed(state: Hilbert, price: number): number {
  const { prices } = state
  push(prices, price)
  return state.count < 3 ? 0 : (4 * price + 3 * prices[1] + 2 * prices[2] + prices[3]) / 10
}

function transform(taps: Taps, value: number, gain: number): number {
  const result = -(A * taps[5]) + A * value - B * taps[3] + B * taps[1]
  push(taps, value)
  return result * gain
}

function nextPeriod({ re, im, period: previous }: Hilbert): number {
  const measured = im !== 0 && re !== 0 ? 360 / (Math.atan(im / re) * DEGREES) : previous
  const bounded = Math.max(Math.min(measured, 1.5 * previous), 0.67 * previous)
  return 0.2 * Math.max(6, Math.min(50, bounded)) + 0.8 * previous
}
