import { INDICATORS } from './catalogue.ts'
import { type Definition, type Definitions, type Parameter, written } from './definition.ts'
import { named } from './named.ts'
import { IndicatorSet } from './set.ts'

/**
 * Reads a list of indicators: entries separated by `;`, each a name and, after `:`, its parameters separated by
 * commas. A function with one parameter takes a list (`sma:7,14` is two indicators), any other one tuple of them in
 * TA-Lib's order, without moving-average types (`macd:12,26,9`); without parameters it takes TA-Lib's defaults.
 * @param definitions the catalogue, and a user's own features
 * @throws Error that names the entry, its problem, and the known names
 */
export function parseIndicators(text: string, definitions: Definitions = INDICATORS): IndicatorSet {
  const entries = text
    .split(';')
    .map(entry => entry.trim())
    .filter(entry => entry !== '')
  if (entries.length === 0) throw new Error(`No indicator is named; there are: ${namesOf(definitions)}`)
  return new IndicatorSet(entries.flatMap(entry => parseEntry(entry, definitions)))
}

const namesOf = (definitions: Definitions): string => Object.keys(definitions).join(', ')

/** @throws Error that lists the known indicators */
export function definitionOf(name: string, entry: string, definitions: Definitions): Definition {
  const known = name.toLowerCase()
  const definition = Object.hasOwn(definitions, known) ? definitions[known] : undefined
  if (!definition) throw new Error(`"${entry}": there is no indicator "${name}"; there are: ${namesOf(definitions)}`)
  return definition
}

/** @returns the indicators that one entry names. */
export function parseEntry(entry: string, definitions: Definitions): ReturnType<typeof named>[] {
  const [name = '', list, ...rest] = entry.split(':').map(part => part.trim())
  const definition = definitionOf(name, entry, definitions)
  if (rest.length > 0) throw new Error(`"${entry}" has more than one ":"; two indicators are separated by ";"`)
  const { parameters } = definition
  if (list === undefined) return [named(definition, new Map())]
  const texts = list.split(',').map(part => part.trim())
  const asked = written(parameters)
  const tuples = asked.length === 1 ? texts.map(text => [text]) : [texts]
  return tuples.map(tuple => {
    if (tuple.length !== asked.length)
      throw new Error(`"${entry}": ${name} takes ${usage(asked)}, not ${tuple.length} numbers`)
    return named(
      definition,
      new Map(asked.map((parameter, i) => [parameter.name, number(entry, tuple[i]!, parameter)])),
    )
  })
}

const usage = (parameters: readonly Parameter[]): string =>
  parameters.length === 0 ? 'no parameters' : parameters.map(p => p.name).join(',')

/** @throws Error naming the parameter and its range */
export function number(entry: string, text: string, { name, min, max, kind }: Parameter): number {
  const value = Number(text)
  const whole = kind !== 'factor'
  const ok = text !== '' && value >= min && value <= max && (!whole || Number.isInteger(value))
  if (!ok)
    throw new Error(
      `"${entry}": ${name} is ${whole ? 'a whole number' : 'a number'} from ${min} to ${max}, not "${text}"`,
    )
  return value
}
