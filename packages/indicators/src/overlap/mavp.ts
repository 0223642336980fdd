import { movingAverage } from '../averages/moving-average.ts'
import type { Bar } from '../bar.ts'
import { type Late, late } from '../blocks/filter.ts'
import { MISSING } from '../blocks/missing.ts'
import { newSmoothedCycle, type SmoothedCycle, smoothedCycle } from '../blocks/smoothed-cycle.ts'
import { define, maType, period } from '../definition.ts'
import type { Indicator } from '../indicator.ts'

interface State {
  averages: Late[]
  cycle: SmoothedCycle
}

/** Keeps an average of every period, because a candle may ask for any of them. */
const make = (shortest: number, longest: number, type: number): Indicator<State> => {
  if (longest < shortest) throw new Error(`mavp: maxperiod ${longest} is less than minperiod ${shortest}`)
  const warmup = movingAverage(type, longest).warmup
  const averages = Array.from({ length: longest - shortest + 1 }, (_, i) =>
    late(movingAverage(type, shortest + i), warmup),
  )
  return {
    outputs: [''],
    warmup,
    initial: () => ({ averages: averages.map(average => average.initial()), cycle: newSmoothedCycle() }),
    update(state, bar) {
      const asked = askedFor(state, bar)
      const chosen = Math.trunc(Math.min(longest, Math.max(shortest, asked))) - shortest
      let value = MISSING
      for (let i = 0; i < averages.length; i++) {
        const average = averages[i]!.next(state.averages[i]!, bar.close)
        if (i === chosen) value = average
      }
      return [value]
    },
  }
}

const askedFor = ({ cycle }: State, { periods, close }: Bar): number => periods ?? smoothedCycle(cycle, close)

/**
 * Moving average with a period of each candle's own, `periods`, within the given bounds. If a candle has no period, it is that of
 * the dominant cycle (HT_DCPERIOD). The cost grows with maxperiod − minperiod, because an average of each period is updated. Warm
 * when the longest average is; if candles have no periods, after 32 candles at the earliest.
 */
export const mavp = define({
  name: 'mavp',
  group: 'Overlap Studies',
  formula: 'the moving average of type matype over as many candles as the candle says, minperiod to maxperiod',
  source: 'TA-Lib MAVP',
  parameters: [period(2, 'minperiod', 2, 500), period(30, 'maxperiod', 2, 500), maType()],
  make,
})
