import { INDICATORS } from '@candlewick/indicators'
import { Candle, type FeatureRow } from '@candlewick/market-data'

/** A field of the feature rows that is an indicator's output, and how it is drawn. */
export interface Field {
  readonly field: string
  /** What it is an output of, with its parameters, e.g. `bbands 20 2`. */
  readonly indicator: string
  /** Which output; empty where there is one. */
  readonly output: string
  readonly group: string
  /** Whether it has the unit of prices, and is drawn over the candles. */
  readonly on_price: boolean
}

const PRICES = /^(vwap|avgprice|medprice|typprice|wclprice|ha$|linearreg$|linearreg_intercept$|tsf$)/

/** @returns the indicators' outputs among the row's fields, in its order. */
export const fieldsOf = (row: FeatureRow): Field[] =>
  Object.keys(row)
    .filter(name => !(name in Candle.shape))
    .map(fieldOf)

/** A name is function, output, parameters; the catalogue says where the function's own name ends. */
function fieldOf(field: string): Field {
  const [, stem = field, parameters = ''] = /^(.+?)((?:_\d+(?:\.\d+)?)*)$/.exec(field) ?? []
  const words = stem.split('_')
  const name = words
    .map((_, i) => words.slice(0, words.length - i).join('_'))
    .find(candidate => Object.hasOwn(INDICATORS, candidate))
  const definition = INDICATORS[name ?? '']
  const indicator = `${name ?? stem}${parameters.replaceAll('_', ' ')}`
  const output = name === undefined ? '' : stem.slice(name.length + 1)
  const group = definition?.group ?? 'Other'
  return { field, indicator, output, group, on_price: group === 'Overlap Studies' || PRICES.test(name ?? '') }
}
