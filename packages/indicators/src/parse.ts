import { CATALOGUE, type Definition, type Parameter } from './catalogue.ts'
import { IndicatorSet, type NamedIndicator } from './set.ts'

/**
 * Reads a list of indicators: entries separated by `;`, each a name and, after `:`, its parameters separated by
 * commas. A function with one period takes a list (`sma:7,14` is two indicators), any other one tuple of all of its
 * parameters in TA-Lib's order (`macd:12,26,9`); without parameters it takes TA-Lib's defaults.
 * @throws Error naming the entry, what is wrong with it, and what there is
 */
export function parseIndicators(text: string): IndicatorSet {
  const entries = text
    .split(';')
    .map(entry => entry.trim())
    .filter(entry => entry !== '')
  if (entries.length === 0) throw new Error(`No indicator is named; there are: ${names()}`)
  const indicators = entries.flatMap(parseEntry)
  const doubled = indicators.find(({ name }, i) => indicators.findIndex(other => other.name === name) !== i)
  if (doubled) throw new Error(`"${doubled.name}" is named twice`)
  return new IndicatorSet(indicators)
}

const names = (): string => CATALOGUE.map(({ name }) => name).join(', ')

function parseEntry(entry: string): NamedIndicator[] {
  const [name = '', written, ...rest] = entry.split(':').map(part => part.trim())
  const definition = CATALOGUE.find(d => d.name === name.toLowerCase())
  if (!definition) throw new Error(`"${entry}": there is no indicator "${name}"; there are: ${names()}`)
  if (rest.length > 0) throw new Error(`"${entry}" has more than one ":"; two indicators are separated by ";"`)
  if (written === undefined)
    return [
      named(
        definition,
        [],
        definition.parameters.map(p => p.default),
      ),
    ]
  const texts = written.split(',').map(part => part.trim())
  const { parameters } = definition
  if (parameters.length === 1) return texts.map(one => named(definition, [one], [number(entry, one, parameters[0]!)]))
  if (texts.length !== parameters.length)
    throw new Error(`"${entry}": ${name} takes ${usage(definition)}, not ${texts.length} numbers`)
  return [
    named(
      definition,
      texts,
      texts.map((one, i) => number(entry, one, parameters[i]!)),
    ),
  ]
}

const usage = ({ parameters }: Definition): string =>
  parameters.length === 0 ? 'no parameters' : parameters.map(p => p.name).join(',')

function number(entry: string, text: string, { name, min, max, integer }: Parameter): number {
  const value = Number(text)
  const ok = text !== '' && value >= min && value <= max && (!integer || Number.isInteger(value))
  if (!ok)
    throw new Error(
      `"${entry}": ${name} is ${integer ? 'a whole number' : 'a number'} from ${min} to ${max}, not "${text}"`,
    )
  return value
}

/** Fields are named by function, output where there are several, and the parameters as they are written. */
function named({ name, make }: Definition, written: readonly string[], parameters: readonly number[]): NamedIndicator {
  const indicator = make(...parameters)
  const parts = (output: string) => [name, output, ...written].filter(part => part !== '')
  return { name: parts('').join('_'), fields: indicator.outputs.map(output => parts(output).join('_')), indicator }
}
