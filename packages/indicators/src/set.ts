import type { Bar } from './bar.ts'
import { isMissing } from './blocks/missing.ts'
import { type Indicator, peek, type Values } from './indicator.ts'

export interface NamedIndicator {
  /** Function and parameters, e.g. `macd_12_26_9`. */
  readonly name: string
  /** One an output, e.g. `macd_12_26_9`, `macd_signal_12_26_9`, `macd_hist_12_26_9`. */
  readonly fields: readonly string[]
  readonly indicator: Indicator
}

/** The states of a set's indicators, by name. */
export type SetState = Record<string, unknown>

/** Indicators that are fed the same candles. */
export class IndicatorSet {
  readonly #indicators: readonly NamedIndicator[]
  /** A row without values. V8 copies it several times as fast as it would make a row of hundreds of fields. */
  readonly #none: Readonly<Record<string, number | null>>
  /** What each output is called, in the order asked for. */
  readonly fields: readonly string[]
  /** What each indicator is called. */
  readonly entries: readonly string[]

  /** @throws Error naming an indicator that is there twice */
  constructor(indicators: readonly NamedIndicator[]) {
    const doubled = indicators.find(({ name }, i) => indicators.findIndex(other => other.name === name) !== i)
    if (doubled) throw new Error(`"${doubled.name}" is named twice`)
    this.#indicators = indicators
    this.fields = indicators.flatMap(({ fields }) => fields)
    this.entries = indicators.map(({ name }) => name)
    this.#none = { ...Object.fromEntries(this.fields.map(field => [field, null])) }
  }

  /** How many candles come before all of them have a value. */
  get warmup(): number {
    return Math.max(0, ...this.#indicators.map(({ indicator }) => indicator.warmup))
  }

  initial(): SetState {
    return { ...Object.fromEntries(this.#indicators.map(({ name, indicator }) => [name, indicator.initial()])) }
  }

  /** Takes a finished candle in. @returns a value a field, null until it is warm */
  update(state: SetState, bar: Bar): Record<string, number | null> {
    return this.#values(({ name, indicator }) => indicator.update(state[name], bar))
  }

  /** The same for a candle in progress: the state stays as it is. */
  peek(state: SetState, bar: Bar): Record<string, number | null> {
    return this.#values(({ name, indicator }) => peek(indicator, state[name], bar))
  }

  /** The state of another set without what this one does not have. */
  keep(old: SetState): SetState {
    return Object.fromEntries(Object.entries(old).filter(([name]) => this.entries.includes(name)))
  }

  /** Those of which a state has nothing. */
  missing(state: SetState): IndicatorSet {
    return new IndicatorSet(this.#indicators.filter(({ name }) => !Object.hasOwn(state, name)))
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
