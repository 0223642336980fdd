import { CATALOGUE, type Definition, MA_TYPES, parseIndicators } from '@candlewick/indicators'

/** What the catalogue says of an indicator with its defaults. */
interface Described {
  readonly name: string
  readonly group: string
  /** An entry of `INDICATORS` that asks for it, its defaults written out. */
  readonly entry: string
  /** Each with its default, e.g. `timeperiod=14`; those that only a JSON entry takes in brackets. */
  readonly parameters: readonly string[]
  readonly fields: readonly string[]
  /** Candles before the first value. */
  readonly warmup: number
  readonly formula: string
  readonly source: string
}

/** @returns those whose name or group has one of the words in it, all if there are none. */
export function catalogue(words: readonly string[]): readonly Described[] {
  const wanted = words.map(word => word.toLowerCase())
  const isWanted = ({ name, group }: Definition) =>
    wanted.length === 0 || wanted.some(word => name.includes(word) || group.toLowerCase().includes(word))
  return CATALOGUE.filter(isWanted).map(describe)
}

function describe({ name, group, formula, source, parameters, make }: Definition): Described {
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
    fields: parseIndicators(entry).fields,
    warmup: make(...parameters.map(parameter => parameter.default)).warmup,
    formula,
    source,
  }
}

/** For a terminal. */
export function asText(list: readonly Described[]): string {
  const groups = Map.groupBy(list, ({ group }) => group)
  const blocks = [...groups].map(([group, of]) => `${group.toUpperCase()}\n\n${of.map(block).join('\n\n')}`)
  return blocks.join('\n\n\n')
}

const block = ({ entry, parameters, fields, warmup, formula, source }: Described): string =>
  [
    entry,
    `    ${formula}`,
    `    source      ${source}`,
    `    parameters  ${parameters.join(', ') || 'none'}`,
    `    outputs     ${fields.join(', ')}`,
    `    warm after  ${warmup} candle${warmup === 1 ? '' : 's'}`,
  ].join('\n')

/** The tables of packages/indicators/README.md. */
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
