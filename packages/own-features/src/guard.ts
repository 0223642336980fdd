import { type Bar, type Feature, type Indicator, MISSING, type Others, type Values } from '@candlewick/indicators'
import { notPlainJson, plainJsonSize } from '@candlewick/indicators/contract'
import type { Mistakes, Problem } from './mistakes.ts'
import { running } from './running.ts'

/** Maximum number of values in one state. They take about 400 kB of the 1 MB that a broker accepts for all states of a pair. */
const STATE_VALUES_MAX = 20_000
const DETAIL_CHARS_MAX = 300

interface Guarded {
  /** Candles since the state began, up to one more than the warm-up. */
  candles: number
  inner: unknown
}

/**
 * A user's feature with a guard that keeps it from harming anything else. Any error gives null for the feature's own fields and
 * is reported as a mistake. After an exception, a result of the wrong shape or a state that JSON cannot hold, the feature starts
 * with a new state, because the old state may be damaged. After NaN or Infinity it keeps its state. The guard depends only on
 * candles and state, so it acts in the same way after a restart, on another instance and in `compute`.
 * @param name the feature's name in `INDICATORS`
 */
export function guarded(feature: Feature, name: string, mistakes: Mistakes): Indicator<Guarded> {
  const { outputs, warmup, intervals = [] } = feature
  const none: Values = outputs.map(() => MISSING)

  function mistake(problem: Problem, detail: string, { pair = '', interval = '', open_time_ms }: Bar): void {
    mistakes.add({ feature: name, problem, detail: detail.slice(0, DETAIL_CHARS_MAX), pair, interval, open_time_ms })
  }

  /** Called only once: a later call might fail, or return another state than on another instance. */
  const first = JSON.stringify(feature.initial())
  const fresh = (): unknown => JSON.parse(first)

  function restart(state: Guarded): Values {
    state.candles = 0
    state.inner = fresh()
    return none
  }

  function checked(values: readonly (number | null)[], state: Guarded, bar: Bar): Values {
    const isWarm = state.candles >= warmup
    if (!isWarm) state.candles++
    return values.map((value, i) => {
      if (value === null) return MISSING
      if (Number.isFinite(value) || (Number.isNaN(value) && !isWarm)) return value
      mistake('not_a_number', `${outputs[i] || 'the value'} is ${value}: return null where there is no value`, bar)
      return MISSING
    })
  }

  return {
    outputs,
    warmup,
    intervals,
    initial: () => ({ candles: 0, inner: fresh() }),
    update(state, bar, others = {}) {
      for (const interval of intervals) if (others[interval] === undefined) return none
      let values: unknown
      running.enter(name, bar)
      try {
        values = feature.update(state.inner, frozen(bar), frozenOthers(others, intervals))
      } catch (error) {
        mistake('throws', textOf(error), bar)
        return restart(state)
      } finally {
        running.leave()
      }
      const problem = wrongShape(values, outputs.length)
      if (problem) {
        mistake('shape', problem, bar)
        return restart(state)
      }
      const wrongState = wrongOf(state.inner)
      if (wrongState) {
        mistake('state', wrongState, bar)
        return restart(state)
      }
      return checked(values as readonly (number | null)[], state, bar)
    },
  }
}

/** The frozen copy of the newest candle. A feature must not change the candle for the others, and most calls are for the same candle. */
let newest: { readonly bar: Bar; readonly copy: Bar } | undefined

function frozen(bar: Bar): Bar {
  if (newest?.bar !== bar) newest = { bar, copy: Object.freeze({ ...bar }) }
  return newest.copy
}

const NO_OTHERS: Others = Object.freeze({})

const frozenOthers = (others: Others, intervals: readonly string[]): Others =>
  intervals.length === 0
    ? NO_OTHERS
    : Object.fromEntries(intervals.map(interval => [interval, Object.freeze({ ...others[interval]! })]))

/** @returns the error as text. A feature can throw anything, even an object that cannot be converted to text. */
function textOf(error: unknown): string {
  try {
    return String(error)
  } catch {
    return 'something that cannot be shown as text'
  }
}

function wrongShape(values: unknown, outputs: number): string | undefined {
  if (!Array.isArray(values)) {
    // The update function is async: its rejection must not end the process.
    if (values instanceof Promise) values.catch(() => {})
    return `update returns ${values instanceof Promise ? 'a promise' : typeof values}, not an array of ${outputs}`
  }
  if (values.length !== outputs) return `update returns ${values.length} values, not ${outputs} as outputs has`
  const wrong = values.findIndex(value => typeof value !== 'number' && value !== null)
  return wrong === -1 ? undefined : `value ${wrong} is ${typeof values[wrong]}, not a number or null`
}

function wrongOf(state: unknown): string | undefined {
  const size = plainJsonSize(state, STATE_VALUES_MAX)
  if (size < 0) return notPlainJson(state)
  return size > STATE_VALUES_MAX
    ? `the state has more than ${STATE_VALUES_MAX} values: drop what lies outside of the window`
    : undefined
}
