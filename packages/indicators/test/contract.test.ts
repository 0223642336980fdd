import { describe, expect, test } from 'vitest'
import { CATALOGUE } from '../src/catalogue.ts'
import { CONTRACT, Subject } from '../src/contract/index.ts'
import type { Definition } from '../src/definition.ts'
import { KINDS, series } from './series.ts'

const bars = [...KINDS.flatMap(kind => series(kind, 160)), ...series('walk', 60)]
const make = ({ make, parameters }: Definition) =>
  make(...parameters.map(({ kind, default: byDefault }) => (kind === 'period' ? Math.min(byDefault, 30) : byDefault)))
/** They have no value where nothing was traded; all others have one at every candle once they are warm. */
const SOMETIMES = ['amihud', 'rvol', 'vwap', 'vwap_session', 'vwma']

describe.each(CATALOGUE)('$name', definition => {
  const mayBeNaN = SOMETIMES.includes(definition.name)
  const subject = new Subject({ make: () => make(definition), bars, mayBeNaN })

  test.each(CONTRACT)('$name', rule => {
    expect(rule.broken(subject)).toBeUndefined()
  })

  test('has a small state', () => {
    // MAVP keeps an average of each of its periods.
    expect(JSON.stringify(subject.end).length).toBeLessThan(definition.name === 'mavp' ? 24_000 : 12_000)
  })
})
