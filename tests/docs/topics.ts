import { groupTopics, type TopicSpec, topicTable } from '@candlewick/market-data'

const keeping = ({ config }: TopicSpec): string => {
  const hours = Number(config['retention.ms']) / 3_600_000
  if (config['cleanup.policy'] === 'compact') return 'compact'
  if (hours < 0) return 'for ever'
  return hours >= 24 ? `${hours / 24} days` : `${hours} hour`
}

/** @returns the topic table as Markdown, from the code's own. */
export function topicsAsMarkdown(): string {
  const own = Object.values(groupTopics('GROUP')).map(spec => ({ count: "the input's", ...spec }))
  const shared: readonly TopicSpec[] = Object.values(topicTable())
  const all = [...shared.map(spec => ({ count: String(spec.partitions ?? '`PARTITIONS`'), ...spec })), ...own]
  const rows = all.map(t => `| \`${t.name}\` | ${t.key} | ${t.value} | ${t.writtenBy} | ${t.count} | ${keeping(t)} |`)
  return ['| topic | key | value | written by | partitions | kept |', '|---|---|---|---|---|---|', ...rows].join('\n')
}
