import { MA_TYPES } from './averages/moving-average.ts'
import { type Definition, type Parameter, written } from './definition.ts'
import type { NamedIndicator } from './set.ts'

/**
 * Makes an indicator with the given parameters and TA-Lib's defaults for the others. A field's name has the function, the output
 * if there are several, and parameters: all parameters of a text entry if one of them is given, other parameters if they are not
 * the default, and either all MA types or none.
 */
export function named(definition: Definition, given: ReadonlyMap<string, number>): NamedIndicator {
  const { name, parameters, version, make } = definition
  const valueFor = (parameter: Parameter): number =>
    given.get(parameter.name) ??
    (parameter.follows === undefined ? undefined : given.get(parameter.follows)) ??
    parameter.default
  const indicator = make(...parameters.map(valueFor))
  const textual = written(parameters)
  const shown = given.size === 0 ? [] : textual.map(parameter => String(valueFor(parameter)))
  const unusual = parameters.filter(parameter => !textual.includes(parameter) && isUnusual(parameter, given))
  const further = parameters
    .filter(parameter => unusual.includes(parameter) || isAmong(parameter, unusual))
    .map(parameter => (parameter.kind === 'matype' ? MA_TYPES[valueFor(parameter)]! : String(valueFor(parameter))))
  const nameOf = (output: string) => [name, output, ...shown, ...further].filter(part => part !== '').join('_')
  const fullName = nameOf('')
  const key = version === undefined ? fullName : `${fullName}@${version}`
  return { name: fullName, key, fields: indicator.outputs.map(nameOf), indicator }
}

/** If one of several MA types is in the name, all of them are. Otherwise the name would not show which one it is. */
const isAmong = ({ kind }: Parameter, unusual: readonly Parameter[]): boolean =>
  kind === 'matype' && unusual.some(other => other.kind === 'matype')

function isUnusual(parameter: Parameter, given: ReadonlyMap<string, number>): boolean {
  const value = given.get(parameter.name)
  if (value === undefined) return false
  return (
    value !==
    (parameter.follows === undefined ? parameter.default : (given.get(parameter.follows) ?? parameter.default))
  )
}
