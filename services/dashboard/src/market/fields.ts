import { type Definitions, INDICATORS } from '@candlewick/indicators'
import { Candle, type FeatureRow } from '@candlewick/market-data'

/** A field of the feature rows that holds an indicator's output, and how the page draws it. */
export interface Field {
  readonly field: string
  /** The indicator with its parameters, e.g. `bbands 20 2`. */
  readonly indicator: string
  /** The output's name; empty for an indicator with a single output. */
  readonly output: string
  readonly group: string
  /** Whether its unit is the price's, so that it is drawn over the candles. */
  readonly on_price: boolean
}

const PRICES = /^(vwap|avgprice|medprice|typprice|wclprice|ha$|linearreg$|linearreg_intercept$|tsf$)/

/** @returns the row's fields that are outputs of indicators, in their order */
export const fieldsOf = (row: FeatureRow, definitions: Definitions = INDICATORS): Field[] =>
  Object.keys(row)
    .filter(name => !(name in Candle.shape))
    .map(name => fieldOf(name, definitions))

/** A field's name is function_output_parameters; only the catalogue says where the name of the function ends. */
function fieldOf(field: string, definitions: Definitions): Field {
  const [, stem = field, parameters = ''] = /^(.+?)((?:_\d+(?:\.\d+)?)*)$/.exec(field) ?? []
  const words = stem.split('_')
  const name = words
    .map((_, i) => words.slice(0, words.length - i).join('_'))
    .find(candidate => Object.hasOwn(definitions, candidate))
  const definition = definitions[name ?? '']
  const indicator = `${name ?? stem}${parameters.replaceAll('_', ' ')}`
  const output = name === undefined ? '' : stem.slice(name.length + 1)
  const group = definition?.group ?? 'Other'
  return { field, indicator, output, group, on_price: group === 'Overlap Studies' || PRICES.test(name ?? '') }
}
