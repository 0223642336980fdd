import * as z from 'zod'
import { Interval, intervalMs, isBar } from './interval.ts'

/**
 * Kinds of bars, by the quantity that ends them: a number of trades, a quantity of the base currency, a value in the quote currency,
 * or an imbalance between trades at rising and at falling prices, by number or by value.
 */
export const BAR_KINDS = ['tick', 'volume', 'value', 'tick-imbalance', 'value-imbalance'] as const
export type BarKind = (typeof BAR_KINDS)[number]

/** A kind of bar with its threshold, e.g. of the name `tick:500`. */
export interface BarSpec {
  readonly name: string
  readonly kind: BarKind
  readonly threshold: number
}

const UNITS: Readonly<Record<BarKind, string>> = {
  tick: 'a whole number of trades from 1 to 1000000000, e.g. tick:500',
  volume: 'a quantity of the base currency from 0.000001 to 1000000000000, e.g. volume:10 or volume:0.5',
  value: 'an amount of the quote currency from 0.000001 to 1000000000000, e.g. value:1000000',
  'tick-imbalance':
    'the number of trades to expect in a bar, a whole number from 4 to 1000000, e.g. tick-imbalance:500',
  'value-imbalance':
    'the number of trades to expect in a bar, a whole number from 4 to 1000000, e.g. value-imbalance:500',
}
const LIMITS: Readonly<Record<BarKind, readonly [number, number]>> = {
  tick: [1, 1e9],
  volume: [1e-6, 1e12],
  value: [1e-6, 1e12],
  'tick-imbalance': [4, 1e6],
  'value-imbalance': [4, 1e6],
}
const isOfTrades = (kind: BarKind): boolean => kind === 'tick' || isImbalance(kind)

/** @returns whether bars of this kind, or with this name, are imbalance bars */
export const isImbalance = (kindOrName: string): boolean => /^(tick|value)-imbalance/.test(kindOrName)

/** @returns the problem of the threshold, as a clause that names the remedy; undefined for a valid threshold */
export function thresholdProblem(kind: BarKind, threshold: number): string | undefined {
  const [min, max] = LIMITS[kind]
  const isGood = threshold >= min && threshold <= max && (!isOfTrades(kind) || Number.isInteger(threshold))
  return isGood ? undefined : `is no threshold of ${kind} bars: use ${UNITS[kind]}`
}

const isKind = (text: string): text is BarKind => (BAR_KINDS as readonly string[]).includes(text)

/** @returns the bar's kind and threshold, or the problem of its name as a clause. */
function read(name: string): BarSpec | string {
  const [kind = '', text = '', ...rest] = name.split(':')
  if (!isKind(kind)) return `is not a bar of a known kind: use ${BAR_KINDS.join(', ')}, e.g. tick:500`
  const threshold = /^\d+(\.\d+)?$/.test(text) && rest.length === 0 ? Number(text) : Number.NaN
  const problem = thresholdProblem(kind, threshold)
  if (problem !== undefined) return problem
  // A series must have only one name, so 0500 and 500.0 are refused.
  return barName(kind, threshold) === name ? { name, kind, threshold } : `has to be written ${barName(kind, threshold)}`
}

export const barName = (kind: BarKind, threshold: number): string => `${kind}:${threshold}`

/** @returns the kind and threshold of a bar's name. @throws Error naming the problem of the name */
export function barSpec(name: string): BarSpec {
  const spec = read(name)
  if (typeof spec === 'string') throw new Error(`"${name}" ${spec}`)
  return spec
}

/** A candle's interval: an interval of time, e.g. `1m`, or a bar, e.g. `tick:500`. */
export const CandleInterval = z.string().superRefine((name, context) => {
  const problem = isBar(name) ? read(name) : Interval.safeParse(name).error?.issues[0]?.message
  if (typeof problem === 'string') context.addIssue({ code: 'custom', message: problem })
})

/** Orders names: intervals of time from the shortest on, then bars by kind and threshold. */
export function byLength(a: string, b: string): number {
  if (isBar(a) !== isBar(b)) return isBar(a) ? 1 : -1
  if (!isBar(a)) return intervalMs(a) - intervalMs(b)
  const [one, other] = [barSpec(a), barSpec(b)]
  return BAR_KINDS.indexOf(one.kind) - BAR_KINDS.indexOf(other.kind) || one.threshold - other.threshold
}
