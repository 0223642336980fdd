import type { Bar } from '../bar.ts'
import { isZero } from '../blocks/zero.ts'
import type { Indicator } from '../indicator.ts'

interface State {
  previous: { high: number; low: number; close: number } | null
  /** How many candles after the first have been seen, up to the warm-up. */
  count: number
  plus: number
  minus: number
  range: number
  sum: number
  value: number | null
}

/**
 * Average directional movement index (Wilder 1978): Wilder's average of DX = 100 · |+DI − −DI| / (+DI + −DI).
 * TA-Lib `ADX`; warm after 2 · `period` − 1 candles.
 */
export const adx = (period: number): Indicator<State> => ({
  outputs: [''],
  warmup: 2 * period - 1,
  initial: () => ({ previous: null, count: 0, plus: 0, minus: 0, range: 0, sum: 0, value: null }),
  update(state, bar) {
    const { previous } = state
    state.previous = { high: bar.high, low: bar.low, close: bar.close }
    if (!previous) return [null]
    if (state.count < 2 * period - 1) state.count++
    const seeding = state.count < period
    addMovement(state, previous, bar, seeding ? 0 : 1 / period)
    if (seeding) return [null]
    const dx = directionalIndex(state)
    if (state.value !== null) state.value = dx === null ? state.value : (state.value * (period - 1) + dx) / period
    else {
      state.sum += dx ?? 0
      if (state.count === 2 * period - 1) state.value = state.sum / period
    }
    return [state.value]
  },
})

/** Takes the candle's directional movement and true range in, after letting go of a share of what there was. */
function addMovement(
  state: State,
  previous: NonNullable<State['previous']>,
  { high, low }: Bar,
  release: number,
): void {
  const up = high - previous.high
  const down = previous.low - low
  state.plus += (up > 0 && up > down ? up : 0) - state.plus * release
  state.minus += (down > 0 && down > up ? down : 0) - state.minus * release
  const range = Math.max(high - low, Math.abs(high - previous.close), Math.abs(low - previous.close))
  state.range += range - state.range * release
}

/** @returns DX, null where nothing has moved. */
function directionalIndex({ plus, minus, range }: State): number | null {
  if (isZero(range)) return null
  const [up, down] = [(100 * plus) / range, (100 * minus) / range]
  return isZero(up + down) ? null : (100 * Math.abs(down - up)) / (up + down)
}
