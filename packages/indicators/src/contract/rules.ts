import { outsideWorldOf } from './outside-world.ts'
import { notPlainJson } from './plain-json.ts'
import type { Subject } from './subject.ts'

/** A rule that every indicator has to keep. */
export interface Rule {
  readonly name: string
  /** @returns where the indicator breaks the rule, and what to do; undefined if it keeps the rule */
  broken(subject: Subject): string | undefined
}

const OUTSIDE =
  'keep everything that is remembered in the state, as plain JSON, and nothing in variables of the module or of make'

/** @returns the first complaint about a candle. */
function first(subject: Subject, complaint: (i: number) => string | undefined): string | undefined {
  for (let i = 0; i < subject.bars.length; i++) {
    const found = complaint(i)
    if (found !== undefined) return found
  }
  return undefined
}

const isValue = (value: unknown): boolean => typeof value === 'number' && !Number.isNaN(value)

const givesNumbers: Rule = {
  name: 'returns a finite number or null for each output',
  broken(subject) {
    const { warmup } = subject.make()
    return first(subject, i => {
      const wrong = subject.whole[i]!.find(
        value =>
          !(value === null || Number.isFinite(value) || (Number.isNaN(value) && (i < warmup || subject.mayBeNaN))),
      )
      if (wrong === undefined) return undefined
      return `${subject.nameOf(i)}: update gives ${String(wrong)}: return null where there is no value, e.g. in place of a division by 0`
    })
  },
}

const isWarmAsDeclared: Rule = {
  name: 'has its first value after the declared warm-up',
  broken(subject) {
    const { warmup } = subject.make()
    if (!(Number.isInteger(warmup) && warmup >= 0))
      return `warmup is ${String(warmup)}: make it the number of candles before the first value`
    const firstWhole = subject.whole.findIndex(values => values.every(isValue))
    if (firstWhole === warmup) return undefined
    if (firstWhole === -1) return `it never has a value in all of its outputs within ${subject.bars.length} candles`
    return `warmup is ${warmup}, but ${firstWhole} candles come before the first value: make warmup ${firstWhole}`
  },
}

const isRestorable: Rule = {
  name: 'returns the same values, bit for bit, if its state is written out and read back at any candle',
  broken(subject) {
    let text = JSON.stringify(subject.make().initial())
    return first(subject, i => {
      const state = JSON.parse(text)
      const different = subject.difference(subject.update(subject.make(), state, i), i)
      text = JSON.stringify(state)
      return different && `written out and read back before ${different}: ${OUTSIDE}`
    })
  },
}

const CHUNK = 97

const isChunkable: Rule = {
  name: 'returns the same values in chunks as in one run',
  broken(subject) {
    let feature = subject.make()
    let state = feature.initial()
    return first(subject, i => {
      if (i % CHUNK === CHUNK - 1) {
        feature = subject.make()
        state = JSON.parse(JSON.stringify(state))
      }
      const different = subject.difference(subject.update(feature, state, i), i)
      return different && `in chunks of ${CHUNK} candles, ${different}: ${OUTSIDE}`
    })
  },
}

const isRepeatable: Rule = {
  name: 'returns the same values for the same candles, whatever is computed in between',
  broken(subject) {
    const feature = subject.make()
    const [one, other] = [feature.initial(), feature.initial()]
    return first(subject, i => {
      const different = subject.difference(subject.update(feature, one, i), i)
      // The state of another pair, which is at another candle.
      subject.update(feature, other, subject.bars.length - 1 - i)
      return different && `with another pair computed in between, ${different}: ${OUTSIDE}`
    })
  },
}

const peeksOnly: Rule = {
  name: 'does not change the state for a candle in progress',
  broken(subject) {
    const feature = subject.make()
    const state = feature.initial()
    return first(subject, i => {
      const copy = JSON.parse(JSON.stringify(state))
      const before = JSON.stringify(state)
      const peeked = subject.difference(subject.update(feature, copy, i), i)
      if (JSON.stringify(state) !== before)
        return `${subject.nameOf(i)}: looking at a candle in progress changed the state: have initial() return a new object each time`
      const different = peeked ?? subject.difference(subject.update(feature, state, i), i)
      return different && `with a look at each candle in progress, ${different}: ${OUTSIDE}`
    })
  },
}

const isSelfContained: Rule = {
  name: 'uses neither clock nor random numbers',
  broken(subject) {
    const used = outsideWorldOf(() => {
      const feature = subject.make()
      const state = feature.initial()
      for (let i = 0; i < subject.bars.length; i++) subject.update(feature, state, i)
    })
    if (used.length === 0) return undefined
    return `it uses ${used.join(', ')}: take times from the candle (open_time_ms), and no random numbers, or rows cannot be computed again`
  },
}

const isPlainJson: Rule = {
  name: 'has a state of plain JSON',
  broken(subject) {
    const feature = subject.make()
    const state = feature.initial()
    const atStart = notPlainJson(state)
    if (atStart) return `initial(): ${atStart}`
    return first(subject, i => {
      subject.update(feature, state, i)
      const wrong = notPlainJson(state)
      return wrong && `after ${subject.nameOf(i)}: ${wrong}`
    })
  },
}

/** Growth of a state that does not break the rule, because later numbers may have more digits, and deques may be longer. */
const [GROWTH_FACTOR, GROWTH_CHARS] = [1.5, 200]

const isBounded: Rule = {
  name: 'has a state that does not grow',
  broken(subject) {
    const feature = subject.make()
    const state = feature.initial()
    const { length } = subject.bars
    const half = Math.floor(length / 2)
    const longest = [0, 0]
    for (let i = 0; i < length; i++) {
      subject.update(feature, state, i)
      if (i % 10 === 0 || i === length - 1) {
        const part = i < half ? 0 : 1
        longest[part] = Math.max(longest[part]!, JSON.stringify(state).length)
      }
    }
    if (longest[1]! <= GROWTH_FACTOR * longest[0]! + GROWTH_CHARS) return undefined
    return (
      `as JSON, its state has up to ${longest[0]} characters in the first ${half} candles and ${longest[1]} in the next: ` +
      'drop what lies outside of the window, e.g. with rollingSum, rollingAverage or valueBefore'
    )
  },
}

/** Rules that are checked quickly, on ordinary candles, whenever a user's feature is loaded. */
export const START_RULES: readonly Rule[] = [isPlainJson, isWarmAsDeclared, givesNumbers]

/** Rules for every indicator, built-in ones and users' own. */
export const CONTRACT: readonly Rule[] = [
  ...START_RULES,
  isChunkable,
  isRestorable,
  isRepeatable,
  peeksOnly,
  isSelfContained,
  isBounded,
]
