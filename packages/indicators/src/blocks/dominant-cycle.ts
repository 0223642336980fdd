import { cycle, type Hilbert, newHilbert } from './hilbert.ts'
import { newRing, push, type Ring } from './ring.ts'

/** Period and phase of the dominant cycle, and its trend line. */
export interface DominantCycle {
  hilbert: Hilbert
  period: number
  /** Phase, degrees. */
  phase: number
  /** Smoothed and raw prices over the length of the longest possible cycle. */
  smooth: Ring
  prices: Ring
  /** The last three averages over a cycle, newest first. */
  averages: [number, number, number]
}

export const DOMINANT_CYCLE_WARMUP = 63
const IDLE = 37
const LONGEST = 50
const DEGREES = 45 / Math.atan(1)

export const newDominantCycle = (): DominantCycle => ({
  hilbert: newHilbert(),
  period: 0,
  phase: 0,
  smooth: { values: new Array<number>(LONGEST).fill(0), next: 0 },
  prices: newRing(),
  averages: [0, 0, 0],
})

/** Sine and cosine of i · 360° / n, at [n][i]. */
const WAVES = Array.from({ length: LONGEST + 1 }, (_, n) =>
  Array.from({ length: n }, (_, i): [number, number] => {
    const angle = (i * Math.atan(1) * 8) / n
    return [Math.sin(angle), Math.cos(angle)]
  }),
)

/** Adds a price and scans one cycle, at most 50 candles. @returns whether the cycle is warm */
export function follow(state: DominantCycle, price: number): boolean {
  const measured = cycle(state.hilbert, price, IDLE)
  push(state.prices, price, LONGEST)
  if (!measured) return false
  push(state.smooth, measured.smooth, LONGEST)
  state.period = 0.33 * measured.period + 0.67 * state.period
  state.phase = phaseOf(state)
  return state.hilbert.count > DOMINANT_CYCLE_WARMUP
}

/** @returns the smoothed period in whole candles. */
const candles = ({ period }: DominantCycle): number => Math.trunc(period + 0.5)

/** @returns the value that was added this many values ago. */
const ago = ({ values, next }: Ring, i: number): number => values[(next - 1 - i + 2 * values.length) % values.length]!

function phaseOf(state: DominantCycle): number {
  const waves = WAVES[candles(state)]!
  let [real, imaginary] = [0, 0]
  for (let i = 0; i < waves.length; i++) {
    const smooth = ago(state.smooth, i)
    real += waves[i]![0] * smooth
    imaginary += waves[i]![1] * smooth
  }
  const angle = imaginary === 0 ? state.phase + 90 * Math.sign(real) : Math.atan(real / imaginary) * DEGREES
  const lagged = angle + 90 + 360 / state.period + (imaginary < 0 ? 180 : 0)
  return lagged > 315 ? lagged - 360 : lagged
}

/**
 * @returns the weighted average of the last averages over a dominant cycle. Call it once for each candle.
 */
export function trendline(state: DominantCycle): number {
  const n = candles(state)
  let sum = 0
  for (let i = 0; i < n; i++) sum += ago(state.prices, i)
  const average = n > 0 ? sum / n : 0
  const [one, two, three] = state.averages
  state.averages = [average, one, two]
  return (4 * average + 3 * one + 2 * two + three) / 10
}

const radians = (degrees: number): number => degrees / DEGREES
/** Sine of the phase, and sine of the phase 45° ahead. */
export const sine = ({ phase }: DominantCycle): number => Math.sin(radians(phase))
export const leadSine = ({ phase }: DominantCycle): number => Math.sin(radians(phase + 45))
