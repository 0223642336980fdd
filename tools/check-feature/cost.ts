import { type IndicatorSet, parseIndicators } from '@candlewick/indicators'
import { series } from '@candlewick/indicators/contract'
import { loadFeatures } from '@candlewick/own-features'

/** Built-in indicators with low and with higher cost. */
const BESIDE = ['sma:20', 'rsi:14', 'macd:12,26,9', 'bbands:20,2', 'ichimoku:9,26,52']
const [ROUNDS, CANDLES] = [7, 5000]

export interface Cost {
  readonly entry: string
  /** CPU time for a candle, µs: the median of the rounds. */
  readonly us: number
  /** Size of the state as JSON, characters. */
  readonly state: number
}

/** @returns the cost of the features as the services run them, guard included, and of some built-in indicators. */
export function costsOf(path: string, entries: readonly string[]): readonly Cost[] {
  const { definitions } = loadFeatures(path, false)
  const measured = [...entries, ...BESIDE].map(entry => new Measured(entry, parseIndicators(entry, definitions)))
  // They are measured in alternation, so that a busy machine slows all of them equally.
  for (let round = 0; round < ROUNDS; round++) for (const each of measured) each.run()
  return measured.map(each => each.cost)
}

const bars = series('walk', CANDLES).map(bar => ({ ...bar, pair: 'BTC/USD', interval: '1m' }))

class Measured {
  readonly #entry: string
  readonly #set: IndicatorSet
  readonly #rounds: number[] = []
  #state = 0

  constructor(entry: string, set: IndicatorSet) {
    this.#entry = entry
    this.#set = set
  }

  run(): void {
    const state = this.#set.initial()
    const others = Object.fromEntries(this.#set.intervals.map(interval => [interval, bars[0]!]))
    const begin = process.cpuUsage()
    for (const bar of bars) this.#set.update(state, bar, others)
    const { user, system } = process.cpuUsage(begin)
    this.#rounds.push((user + system) / CANDLES)
    this.#state = JSON.stringify(Object.values(state)[0]).length
  }

  get cost(): Cost {
    const sorted = this.#rounds.toSorted((a, b) => a - b)
    return { entry: this.#entry, us: sorted[Math.floor(sorted.length / 2)]!, state: this.#state }
  }
}
