import { type Definition, type Definitions, INDICATORS, MA_TYPES, parseIndicators } from '@candlewick/indicators'

/** An indicator of the catalogue with its default parameters. */
interface Described {
  readonly name: string
  readonly group: string
  /** The entry of `INDICATORS` for it, with the defaults written out. */
  readonly entry: string
  /** Parameters with their defaults, e.g. `timeperiod=14`; in brackets if only a JSON entry can set them. */
  readonly parameters: readonly string[]
  readonly fields: readonly string[]
  /** Number of candles before the first value. */
  readonly warmup: number
  readonly formula: string
  readonly source: string
}

/**
 * @param definitions the catalogue, and a user's own features
 * @returns the indicators whose name or group contains one of the words; all indicators if there are no words
 */
export function catalogue(words: readonly string[], definitions: Definitions = INDICATORS): readonly Described[] {
  const wanted = words.map(word => word.toLowerCase())
  const isWanted = ({ name, group }: Definition) =>
    wanted.length === 0 || wanted.some(word => name.includes(word) || group.toLowerCase().includes(word))
  return Object.values(definitions)
    .filter(isWanted)
    .map(definition => describe(definition, definitions))
}

function describe(definition: Definition, definitions: Definitions): Described {
  const { name, group, formula, source, parameters, make } = definition
  const isWritten = ({ kind, follows }: Definition['parameters'][number]) => kind !== 'matype' && follows === undefined
  const written = parameters.filter(isWritten).map(parameter => parameter.default)
  const entry = written.length > 0 ? `${name}:${written.join(',')}` : name
  return {
    name,
    group,
    entry,
    parameters: parameters.map(parameter => {
      const text = `${parameter.name}=${parameter.kind === 'matype' ? MA_TYPES[parameter.default] : parameter.default}`
      return isWritten(parameter) ? text : `[${text}]`
    }),
    fields: parseIndicators(entry, definitions).fields,
    warmup: make(...parameters.map(parameter => parameter.default)).warmup,
    formula,
    source,
  }
}

/** @returns the list as text for a terminal */
export function asText(list: readonly Described[]): string {
  const groups = Map.groupBy(list, ({ group }) => group)
  const blocks = [...groups].map(([group, of]) => `${group.toUpperCase()}\n\n${of.map(block).join('\n\n')}`)
  return blocks.join('\n\n\n')
}

const block = ({ entry, parameters, fields, warmup, formula, source }: Described): string =>
  [
    entry,
    ...(formula === '' ? [] : [`    ${formula}`]),
    `    source      ${source}`,
    `    parameters  ${parameters.join(', ') || 'none'}`,
    `    outputs     ${fields.join(', ')}`,
    `    warm after  ${warmup} candle${warmup === 1 ? '' : 's'}`,
  ].join('\n')

/** @returns the tables of packages/indicators/README.md */
export function asMarkdown(list: readonly Described[]): string {
  const groups = Map.groupBy(list, ({ group }) => group)
  const cell = (text: string) => text.replaceAll('|', '\\|')
  return [...groups]
    .map(([group, of]) =>
      [
        `### ${group}`,
        '',
        '| entry | outputs | warm after | formula | source |',
        '|---|---|---:|---|---|',
        ...of.map(
          ({ entry, fields, warmup, formula, source }) =>
            `| \`${entry}\` | ${fields.map(field => `\`${field}\``).join(' ')} | ${warmup} | ${cell(formula)} | ${cell(source)} |`,
        ),
      ].join('\n'),
    )
    .join('\n\n')
}
