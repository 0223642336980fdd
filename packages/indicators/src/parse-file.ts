import { MA_TYPES } from './averages/moving-average.ts'
import { INDICATORS } from './catalogue.ts'
import type { Definition, Definitions, Parameter } from './definition.ts'
import { named } from './named.ts'
import { definitionOf, number, parseEntry } from './parse.ts'
import { IndicatorSet, type NamedIndicator } from './set.ts'

/**
 * Reads a list of indicators from JSON: an array of text entries as for {@link parseIndicators} and of objects with
 * `name` and any of the function's parameters by TA-Lib's names, moving-average types by name:
 * `["rsi:14", {"name": "bbands", "timeperiod": 20, "nbdevup": 2, "nbdevdn": 1, "matype": "ema"}]`.
 * @param definitions the catalogue, and a user's own features
 * @throws Error that names the entry, its problem, and the known names
 */
export function parseIndicatorFile(json: string, definitions: Definitions = INDICATORS): IndicatorSet {
  const entries: unknown = JSON.parse(json)
  if (!Array.isArray(entries) || entries.length === 0)
    throw new Error('the indicators are not an array of entries, e.g. ["rsi:14", {"name": "ma", "matype": "wma"}]')
  return new IndicatorSet(entries.flatMap(value => parseValue(value, definitions)))
}

function parseValue(value: unknown, definitions: Definitions): NamedIndicator[] {
  if (typeof value === 'string') return parseEntry(value, definitions)
  const entry = JSON.stringify(value)
  if (typeof value !== 'object' || value === null || !('name' in value) || typeof value.name !== 'string')
    throw new Error(`${entry} is neither text nor an object with a name`)
  const { name, ...given } = value
  const definition = definitionOf(value.name, entry, definitions)
  const numbers = Object.entries(given).map(([key, one]): [string, number] => [
    key,
    parameter(definition, entry, key, one),
  ])
  return [named(definition, new Map(numbers))]
}

function parameter({ name, parameters }: Definition, entry: string, key: string, value: unknown): number {
  const known = parameters.find(p => p.name === key)
  if (!known)
    throw new Error(
      `${entry}: ${name} has no parameter "${key}"; it has: ${parameters.map(p => p.name).join(', ') || 'none'}`,
    )
  return known.kind === 'matype' ? maTypeOf(entry, known, value) : number(entry, String(value), known)
}

function maTypeOf(entry: string, { name }: Parameter, value: unknown): number {
  const type = typeof value === 'string' ? MA_TYPES.indexOf(value) : -1
  if (type === -1)
    throw new Error(
      `${entry}: ${name} is one of ${MA_TYPES.filter(t => t !== undefined).join(', ')}, not ${JSON.stringify(value)}`,
    )
  return type
}
