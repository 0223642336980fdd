import type { Bar, Feature } from '@candlewick/indicators'
import { type Kind, Subject, series } from '@candlewick/indicators/contract'
import { running } from './running.ts'

const MINUTE_MS = 60_000
/** How many candles share a candle of another interval. One exists from the beginning, so that the warm-up counts from there. */
const OTHER_CANDLES = 60

/**
 * @param name of the feature, for the watchdog
 * @param kinds of candles, and how many of each, which follow each other without a hole in time
 * @returns the feature on trial
 */
export function subjectOf(name: string, make: () => Feature, kinds: readonly (readonly [Kind, number])[]): Subject {
  const labels = kinds.flatMap(([kind, length]) => Array.from({ length }, () => kind))
  const bars: Bar[] = kinds
    .flatMap(([kind, length]) => series(kind, length))
    .map((bar, i, { 0: first }) => ({
      ...bar,
      pair: 'a trial',
      interval: '1m',
      open_time_ms: first!.open_time_ms + i * MINUTE_MS,
    }))
  const made = () => running.during('make', name, make)
  const { intervals = [] } = made()
  const others = (i: number) =>
    Object.fromEntries(intervals.map(interval => [interval, bars[i - (i % OTHER_CANDLES)]!]))
  return new Subject({ make: () => noted(name, made()), bars, others, describe: i => labels[i]!.replace('_', ' ') })
}

/** @returns the feature with its calls noted for the watchdog. */
function noted(name: string, feature: Feature): Feature {
  const { outputs, warmup, intervals = [] } = feature
  return {
    outputs,
    warmup,
    intervals,
    initial: () => running.during('initial', name, () => feature.initial()),
    update(state, bar, others) {
      running.enter(name, bar)
      try {
        return feature.update(state, bar, others)
      } finally {
        running.leave()
      }
    },
  }
}

/** @returns the feature with a copy of its initial state for each run: the trial must not change a state that the module returns twice. */
export function withOwnState(feature: Feature): Feature {
  const { outputs, warmup, intervals = [] } = feature
  return {
    outputs,
    warmup,
    intervals,
    initial: () => JSON.parse(JSON.stringify(feature.initial())),
    update: (...args) => feature.update(...args),
  }
}
