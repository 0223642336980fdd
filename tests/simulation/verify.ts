import type { Candle, Trade } from '@candlewick/market-data'
import type { LogRecord, MemoryCluster } from '@candlewick/streams'
import { sameValues } from '../reference/same.ts'
import { DEAD_LETTERS } from './stage.ts'
import { TRADES } from './writer.ts'

/** @returns the committed records of a topic, control records aside. */
export function committed(cluster: MemoryCluster, topic: string): LogRecord[] {
  return cluster
    .partitions(topic)
    .flatMap(p => p.chunk(p.start, Number.POSITIVE_INFINITY)?.records ?? [])
    .filter(r => r.headers?.control === undefined)
}

const windowOf = ({ pair, interval, open_time_ms }: Pick<Candle, 'pair' | 'interval' | 'open_time_ms'>): string =>
  `${pair} ${interval} ${open_time_ms}`

/** @returns what differs between the published rows and those that the reference has, any of a window, a sentence each. */
export function compareRows(
  what: string,
  published: readonly LogRecord[],
  expected: ReadonlyMap<string, readonly object[]>,
): string[] {
  const problems: string[] = []
  const seen = new Set<string>()
  for (const { value } of published) {
    const row = JSON.parse(String(value)) as Candle
    const window = windowOf(row)
    const right = expected.get(window)
    if (seen.has(window)) problems.push(`${what} ${window} is published twice`)
    else if (!right) problems.push(`${what} ${window} should not exist: ${value}`)
    else if (!right.some(one => sameValues(row, one)))
      problems.push(
        `${what} ${window} is wrong:\n    ${value}\n  instead of\n    ${right.map(r => JSON.stringify(r)).join('\n  or\n    ')}`,
      )
    seen.add(window)
  }
  for (const window of expected.keys()) if (!seen.has(window)) problems.push(`${what} ${window} is missing`)
  return problems
}

/** The same, of the windows alone. */
export function compareWindows(
  what: string,
  published: readonly LogRecord[],
  expected: ReadonlyMap<string, unknown>,
): string[] {
  const windows = published.map(r => windowOf(JSON.parse(String(r.value)) as Candle))
  const doubled = windows.filter((window, i) => windows.indexOf(window) !== i)
  const missing = [...expected.keys()].filter(window => !windows.includes(window))
  return [
    ...doubled.map(window => `${what} ${window} is published twice`),
    ...missing.map(window => `${what} ${window} is missing`),
  ]
}

/** @returns the rows of each window: one, or one a configuration. */
export const byWindow = <T extends Pick<Candle, 'pair' | 'interval' | 'open_time_ms'>>(rows: readonly T[]) =>
  Map.groupBy(rows, windowOf)

/** Every record of the input is in a candle or, exactly once, in the dead letters. */
export function checkInput(cluster: MemoryCluster, list: readonly Trade[]): string[] {
  const problems: string[] = []
  const rubbish = { duplicate: 0, late: 0, malformed: 0 }
  const trades = new Set<string>()
  for (const { value, headers } of committed(cluster, TRADES)) {
    const kind = headers?.rubbish as keyof typeof rubbish | undefined
    if (kind) rubbish[kind]++
    else if (trades.has(String(value))) problems.push(`the writer wrote twice: ${value}`)
    else trades.add(String(value))
  }
  for (const trade of list) if (!trades.has(JSON.stringify(trade))) problems.push(`the writer lost ${trade.trade_id}`)
  return [...problems, ...checkDeadLetters(cluster, rubbish)]
}

function checkDeadLetters(cluster: MemoryCluster, rubbish: { duplicate: number; late: number; malformed: number }) {
  const problems: string[] = []
  const seen = new Set<string>()
  const byReason = new Map<string, number>()
  for (const { headers = {}, value } of committed(cluster, DEAD_LETTERS)) {
    const at = `${headers.source_topic}/${headers.source_partition}@${headers.source_offset}`
    if (seen.has(at)) problems.push(`${at} is twice in the dead letters`)
    seen.add(at)
    const reason = headers.reason ?? 'none'
    byReason.set(reason, (byReason.get(reason) ?? 0) + 1)
    if (!['malformed', 'late', 'stale_id'].includes(reason))
      problems.push(`${at} is in the dead letters for being ${reason} (${headers.detail}): ${value}`)
  }
  const malformed = byReason.get('malformed') ?? 0
  if (malformed !== rubbish.malformed) problems.push(`${malformed} dead letters of ${rubbish.malformed} malformed`)
  const late = (byReason.get('late') ?? 0) + (byReason.get('stale_id') ?? 0)
  if (late < rubbish.late || late > rubbish.late + rubbish.duplicate)
    problems.push(`${late} late dead letters of ${rubbish.late} and ${rubbish.duplicate} duplicates`)
  return problems
}
