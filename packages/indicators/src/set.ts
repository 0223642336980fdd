import type { Bar } from './bar.ts'
import { isMissing } from './blocks/missing.ts'
import { type Indicator, NO_OTHERS, type Others, peek, type Values } from './indicator.ts'

export interface NamedIndicator {
  /** Function and parameters, e.g. `macd_12_26_9`. */
  readonly name: string
  /** Name under which the indicator's state is stored: its own name, and the version of the code of a user's own feature. */
  readonly key: string
  /** One name for each output, e.g. `macd_12_26_9`, `macd_signal_12_26_9`, `macd_hist_12_26_9`. */
  readonly fields: readonly string[]
  readonly indicator: Indicator
}

/** Fields of a row besides its indicators: the fields of the candle, and in a dataset the time of publication. */
const ROW_FIELDS = new Set(
  (
    'pair interval open_time_ms close_time_ms open high low close volume quote_volume vwap trade_count buy_volume ' +
    'first_trade_id last_trade_id complete source bar published_ms'
  ).split(' '),
)

/** The states of a set's indicators, by their keys. */
export type SetState = Record<string, unknown>

/** Indicators that process the same candles. */
export class IndicatorSet {
  readonly #indicators: readonly NamedIndicator[]
  /** A row without values. V8 copies it several times as fast as it would create a row of hundreds of fields. */
  readonly #none: Readonly<Record<string, number | null>>
  /** The outputs' names, in the configured order. */
  readonly fields: readonly string[]
  /** The key of each indicator. */
  readonly entries: readonly string[]
  /** Other intervals that some of the indicators use. */
  readonly intervals: readonly string[]
  /** How many candles come before all of them have a value. */
  readonly warmup: number

  /** @throws Error naming an indicator or a field that occurs twice, or a field that the candle has */
  constructor(indicators: readonly NamedIndicator[]) {
    const doubled = indicators.find(({ name }, i) => indicators.findIndex(other => other.name === name) !== i)
    if (doubled) throw new Error(`"${doubled.name}" is named twice`)
    this.#indicators = indicators
    this.fields = indicators.flatMap(({ fields }) => fields)
    const twice = this.fields.find((field, i) => this.fields.indexOf(field) !== i)
    if (twice !== undefined)
      throw new Error(`two indicators give the field "${twice}": leave one of them out, or rename it`)
    const candles = indicators.find(({ fields }) => fields.some(field => ROW_FIELDS.has(field)))
    if (candles)
      throw new Error(`"${candles.name}" would replace a field of the candle: write its parameters out, or rename it`)
    this.entries = indicators.map(({ key }) => key)
    this.intervals = [...new Set(indicators.flatMap(({ indicator }) => indicator.intervals ?? []))]
    this.warmup = Math.max(0, ...indicators.map(({ indicator }) => indicator.warmup))
    this.#none = { ...Object.fromEntries(this.fields.map(field => [field, null])) }
  }

  /** The set's indicators, in the configured order. */
  get all(): readonly NamedIndicator[] {
    return this.#indicators
  }

  initial(): SetState {
    return { ...Object.fromEntries(this.#indicators.map(({ key, indicator }) => [key, indicator.initial()])) }
  }

  /** Processes a finished candle. @returns a value for each field, null until it is warm */
  update(state: SetState, bar: Bar, others: Others = NO_OTHERS): Record<string, number | null> {
    return this.#values(({ key, indicator }) => indicator.update(state[key], bar, others))
  }

  /** Computes the values for a candle in progress without changing the state. */
  peek(state: SetState, bar: Bar, others: Others = NO_OTHERS): Record<string, number | null> {
    return this.#values(({ key, indicator }) => peek(indicator, state[key], bar, others))
  }

  /** The state of another set without what this one does not have. */
  keep(old: SetState): SetState {
    return Object.fromEntries(Object.entries(old).filter(([key]) => this.entries.includes(key)))
  }

  /** @returns the indicators that the states lack. */
  missing(state: SetState): IndicatorSet {
    return new IndicatorSet(this.#indicators.filter(({ key }) => !Object.hasOwn(state, key)))
  }

  #values(update: (indicator: NamedIndicator) => Values): Record<string, number | null> {
    const values = { ...this.#none }
    for (const indicator of this.#indicators) {
      const outputs = update(indicator)
      for (let i = 0; i < outputs.length; i++)
        values[indicator.fields[i]!] = isMissing(outputs[i]!) ? null : outputs[i]!
    }
    return values
  }
}
