import {
  DOMINANT_CYCLE_WARMUP,
  type DominantCycle,
  follow,
  leadSine,
  newDominantCycle,
  sine,
  trendline,
} from '../blocks/dominant-cycle.ts'
import { MISSING } from '../blocks/missing.ts'
import { define } from '../definition.ts'
import { type Indicator, NONE } from '../indicator.ts'

interface State {
  cycle: DominantCycle
  phase: number
  sine: number
  lead: number
  /** Candles since the sine and the lead sine crossed. */
  candles: number
}

const make = (): Indicator<State> => ({
  outputs: [''],
  warmup: DOMINANT_CYCLE_WARMUP,
  initial: () => ({ cycle: newDominantCycle(), phase: 0, sine: 0, lead: 0, candles: 0 }),
  update(state, { close }) {
    const warm = follow(state.cycle, close)
    if (state.cycle.period === 0) return NONE
    const trend = inTrend(state, trendline(state.cycle))
    return [warm ? trend : MISSING]
  },
})

/** Adds the candle's phase. @returns 1 in a trend, 0 in a cycle */
function inTrend(state: State, line: number): 0 | 1 {
  const { period, phase, smooth } = state.cycle
  const [wave, lead] = [sine(state.cycle), leadSine(state.cycle)]
  const crossed = (wave > lead && state.sine <= state.lead) || (wave < lead && state.sine >= state.lead)
  const turned = phase - state.phase
  state.candles = crossed ? 1 : state.candles + 1
  Object.assign(state, { sine: wave, lead, phase })
  const newest = smooth.values[(smooth.next + smooth.values.length - 1) % smooth.values.length]!
  if (line !== 0 && Math.abs((newest - line) / line) >= 0.015) return 1
  const cycling = turned > (0.67 * 360) / period && turned < (1.5 * 360) / period
  return crossed || state.candles < 0.5 * period || cycling ? 0 : 1
}

/** 1 in a trend, 0 in a cycle. Warm after 63 candles. */
export const htTrendmode = define({
  name: 'ht_trendmode',
  group: 'Cycle',
  formula:
    '0 for half a cycle after the sines cross and while the phase turns as a cycle would, 1 else or off the trend line by 1.5%',
  source: 'TA-Lib HT_TRENDMODE; Ehlers, Rocket Science for Traders, 2001',
  parameters: [],
  make,
})
