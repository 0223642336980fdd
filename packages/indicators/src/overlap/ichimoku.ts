import { newRange, type Range, range } from '../blocks/extremum.ts'
import { isMissing, MISSING } from '../blocks/missing.ts'
import { newRing, push, type Ring } from '../blocks/ring.ts'
import { define, period } from '../definition.ts'
import type { Indicator } from '../indicator.ts'

interface State {
  conversion: Range
  base: Range
  span: Range
  /** Leading spans, drawn base − 1 candles later. */
  pendingA: Ring
  pendingB: Ring
}

const make = (conversion: number, base: number, span: number): Indicator<State> => ({
  outputs: ['conversion', 'base', 'span_a', 'span_b'],
  warmup: Math.max(conversion, base, span) - 1 + base - 1,
  initial: () => ({
    conversion: newRange(),
    base: newRange(),
    span: newRange(),
    pendingA: newRing(),
    pendingB: newRing(),
  }),
  update(state, bar) {
    const middle = (range_: Range, n: number) => {
      const found = range(range_, bar, n)
      return found ? (found.high + found.low) / 2 : MISSING
    }
    const quick = middle(state.conversion, conversion)
    const calm = middle(state.base, base)
    const slow = middle(state.span, span)
    if (isMissing(quick) || isMissing(calm) || isMissing(slow)) return [MISSING, MISSING, MISSING, MISSING]
    const spanA = push(state.pendingA, (quick + calm) / 2, base - 1)
    const spanB = push(state.pendingB, slow, base - 1)
    return isMissing(spanA) || isMissing(spanB) ? [MISSING, MISSING, MISSING, MISSING] : [quick, calm, spanA, spanB]
  },
})

/**
 * Ichimoku: conversion and base line, and the cloud that is drawn at this candle, which consists of the spans of baseperiod − 1
 * candles before. Warm after the longest period + baseperiod − 2 candles.
 */
export const ichimoku = define({
  name: 'ichimoku',
  group: 'Overlap Studies',
  formula: '(highest + lowest) / 2 over each period; span a: mean of conversion and base, span b: over spanperiod',
  source: 'Hosoda 1969; not in TA-Lib',
  parameters: [period(9, 'conversionperiod', 1), period(26, 'baseperiod'), period(52, 'spanperiod', 1)],
  make,
})
