import { METRICS, type MetricSpec } from '@candlewick/service'

const labelsOf = ({ labels = {} }: MetricSpec): string =>
  Object.entries(labels)
    .map(([name, values]) => `\`${name}\`${values.length > 0 ? ` (${values.join(', ')})` : ''}`)
    .join(', ')

/** @returns the table of metrics as Markdown, from the code's own. */
export function metricsAsMarkdown(): string {
  const all = Object.entries<MetricSpec>(METRICS).sort(([a], [b]) => a.localeCompare(b, 'en'))
  const rows = all.map(
    ([name, spec]) =>
      `| \`${name}\` | ${spec.type} | ${spec.unit} | ${labelsOf(spec)} | ${spec.services.join(', ')} | ${spec.help} |`,
  )
  return ['| metric | type | unit | labels | shown by | meaning |', '|---|---|---|---|---|---|', ...rows].join('\n')
}
