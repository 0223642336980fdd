import type { Bar } from '../bar.ts'
import type { Feature, Others } from '../indicator.ts'

/** The values that an indicator returned for a candle. */
export type Given = readonly (number | null)[]

export interface SubjectOptions {
  /** @returns a new indicator each time, as each service makes its own. */
  make(): Feature
  readonly bars: readonly Bar[]
  /** @returns the candles of other intervals at the i-th candle. */
  others?(i: number): Others
  /** @returns a description of the candle. */
  describe?(i: number): string
  /** Whether NaN is allowed after the warm-up. A user's feature must return null instead. */
  readonly mayBeNaN?: boolean
}

const NO_OTHERS: Others = {}

/** A tested indicator, and its values for all candles. */
export class Subject {
  readonly #o: SubjectOptions
  #whole: readonly Given[] | undefined
  /** The state after all candles. */
  #end: unknown

  constructor(options: SubjectOptions) {
    this.#o = options
  }

  get bars(): readonly Bar[] {
    return this.#o.bars
  }

  get mayBeNaN(): boolean {
    return this.#o.mayBeNaN ?? false
  }

  make(): Feature {
    return this.#o.make()
  }

  /** All values. */
  get whole(): readonly Given[] {
    if (this.#whole) return this.#whole
    const feature = this.make()
    const state = feature.initial()
    this.#whole = this.bars.map((_, i) => this.update(feature, state, i))
    this.#end = state
    return this.#whole
  }

  /** The state after all of them. */
  get end(): unknown {
    return this.whole && this.#end
  }

  /** Takes the i-th candle into the state. @throws Error naming the candle */
  update(feature: Feature, state: unknown, i: number): Given {
    const values = this.#called(feature, state, i)
    const { length } = feature.outputs
    if (Array.isArray(values) && values.length === length) return values
    const shown = Array.isArray(values) ? `${values.length} values` : String(values)
    throw new Error(`${this.nameOf(i)}: update returns ${shown}: return an array of ${length}, one for each of outputs`)
  }

  #called(feature: Feature, state: unknown, i: number): Given {
    try {
      return feature.update(state, this.bars[i]!, this.#o.others?.(i) ?? NO_OTHERS)
    } catch (error) {
      throw new Error(`${this.nameOf(i)}: update throws ${String(error)}`, { cause: error })
    }
  }

  nameOf(i: number): string {
    return `candle ${i}${this.#o.describe ? ` (${this.#o.describe(i)})` : ''}`
  }

  /** @returns how the values of a candle differ from those of the whole run; undefined if they are the same. */
  difference(values: Given, i: number): string | undefined {
    const expected = this.whole[i]!
    if (values.length === expected.length && values.every((value, j) => isSame(value, expected[j]!))) return undefined
    return `${this.nameOf(i)}: ${shown(values)} instead of ${shown(expected)}`
  }
}

const shown = (values: Given): string => `[${values.map(String).join(', ')}]`

/** −0 and 0 count as equal: Object.is distinguishes them, but JSON and its readers do not. */
const isSame = (a: number | null, b: number | null) => a === b || (Number.isNaN(a) && Number.isNaN(b))
