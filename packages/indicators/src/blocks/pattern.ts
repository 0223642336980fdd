import type { Bar } from '../bar.ts'
import { type Definition, define, type Parameter } from '../definition.ts'
import { body, type Candle, lowerShadow, range, upperShadow } from './candle.ts'
import { newRollingSum, type RollingSum, roll } from './rolling-sum.ts'

/** The candles of a pattern and what is known of those before them. */
export interface Candles {
  count: number
  /** Newest first. */
  recent: Candle[]
  bodies: RollingSum
  ranges10: RollingSum
  ranges5: RollingSum
  shadows: RollingSum
}

export const newCandles = (): Candles => ({
  count: 0,
  recent: [],
  bodies: newRollingSum(),
  ranges10: newRollingSum(),
  ranges5: newRollingSum(),
  shadows: newRollingSum(),
})

/** The last candles, newest first; as many are there as the pattern says it has. */
export type Recent = readonly [Candle, Candle, Candle, Candle, Candle]

const mean = (state: RollingSum, value: number, period: number): number => (roll(state, value, period) ?? 0) / period

/** Takes a candle in. @returns the last ones, null while fewer than `warmup` came before */
export function take(state: Candles, bar: Bar, candles: number, warmup: number): Recent | null {
  const { open, high, low, close } = bar
  const averages = state.recent[0] && {
    body10: mean(state.bodies, body(state.recent[0]), 10),
    range10: mean(state.ranges10, range(state.recent[0]), 10),
    range5: mean(state.ranges5, range(state.recent[0]), 5),
    shadows10: mean(state.shadows, upperShadow(state.recent[0]) + lowerShadow(state.recent[0]), 10),
  }
  const none = { body10: 0, range10: 0, range5: 0, shadows10: 0 }
  state.recent.unshift({ open, high, low, close, ...(averages ?? none) })
  if (state.recent.length > candles) state.recent.pop()
  if (state.count < warmup) {
    state.count++
    return null
  }
  return state.recent as unknown as Recent
}

interface Pattern {
  readonly name: string
  /** How many candles it looks at, and how many come before the first that is compared with them. */
  readonly candles: number
  readonly before: number
  readonly formula: string
  readonly parameters?: readonly Parameter[]
  /** @returns 100 (bullish), −100 (bearish), 80 or −80 where weak, 0 where it is not. */
  find(recent: Recent, penetration: number): number
}

/** A candlestick pattern of TA-Lib: 100 (bullish), −100 (bearish), 0. Warm after before + candles − 1 candles. */
export const pattern = ({ name, candles, before, formula, parameters = [], find }: Pattern): Definition => {
  const warmup = before + candles - 1
  return define<Candles>({
    name,
    group: 'Pattern Recognition',
    formula,
    source: `TA-Lib ${name.toUpperCase()}`,
    parameters,
    make: (penetration = 0) => ({
      outputs: [''],
      warmup,
      initial: newCandles,
      update(state, bar) {
        const recent = take(state, bar, candles, warmup)
        return [recent && find(recent, penetration)]
      },
    }),
  })
}
