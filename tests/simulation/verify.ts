import type { Candle, Trade } from '@candlewick/market-data'
import type { LogRecord, MemoryCluster, OutRecord } from '@candlewick/streams'
import { sameValues } from '../reference/same.ts'
import { DEAD_LETTERS } from './stage.ts'
import { TRADES } from './writer.ts'

/** A mistake that was found in a history, as a sentence. */
export interface Problem {
  readonly kind: 'wrong' | 'doubled' | 'missing' | 'other'
  readonly text: string
}

type Partition = ReturnType<MemoryCluster['partition']>

export const recordsOf = (partition: Partition): readonly LogRecord[] =>
  partition.chunk(partition.start, Number.POSITIVE_INFINITY)?.records ?? []

/** Writes records as a producer of its own, in one transaction. */
export function write(cluster: MemoryCluster, records: readonly OutRecord[]): void {
  const { id } = cluster.initProducer('another-producer')
  cluster.begin(id)
  for (const record of records) {
    const partition = cluster.partition(record.topic, record.partition)
    id.open!.touched.add(partition)
    partition.append(record, cluster.clock.wall(), id.open!.transaction)
  }
  cluster.end(id, 'committed')
}

/** @returns the committed records of a topic without control records. */
const committed = (cluster: MemoryCluster, topic: string): LogRecord[] =>
  cluster
    .partitions(topic)
    .flatMap(recordsOf)
    .filter(r => r.headers?.control === undefined)

/** @returns the candles or feature rows in a topic. */
export const published = (cluster: MemoryCluster, topic: string): Candle[] =>
  committed(cluster, topic).map(r => JSON.parse(String(r.value)) as Candle)

const windowOf = ({ pair, interval, open_time_ms, bar }: Candle): string =>
  `${pair} ${interval} ${open_time_ms}${bar === undefined ? '' : ` #${bar}`}`

/** @returns the rows of each window: one, or one for each configuration. */
export const byWindow = <T extends Candle>(rows: readonly T[]): ReadonlyMap<string, readonly T[]> =>
  Map.groupBy(rows, windowOf)

/** @returns the differences between the published rows and the reference, which may have several right rows for a window. */
export function compareRows(
  what: string,
  rows: readonly Candle[],
  expected: ReadonlyMap<string, readonly object[]>,
  isRight: (row: Candle, right: object) => boolean = sameValues,
): Problem[] {
  const problems: Problem[] = []
  const tell = (kind: Problem['kind'], text: string) => problems.push({ kind, text })
  const seen = new Set<string>()
  for (const row of rows) {
    const window = windowOf(row)
    const right = expected.get(window)
    if (seen.has(window)) tell('doubled', `${what} ${window} is doubled`)
    else if (!right) tell('wrong', `${what} ${window} should not exist: ${JSON.stringify(row)}`)
    else if (!right.some(one => isRight(row, one)))
      tell(
        'wrong',
        `${what} ${window} is ${JSON.stringify(row)}\n  instead of ${right.map(r => JSON.stringify(r)).join('\n  or ')}`,
      )
    seen.add(window)
  }
  for (const window of expected.keys()) if (!seen.has(window)) tell('missing', `${what} ${window} is missing`)
  return problems
}

/** @returns a sentence for each candle with `complete: true` that differs from the reference. */
export function falselyComplete(
  candles: readonly Candle[],
  expected: ReadonlyMap<string, readonly object[]>,
): Problem[] {
  const isRight = (candle: Candle) => expected.get(windowOf(candle))?.some(right => sameValues(candle, right))
  return candles
    .filter(candle => candle.complete && !isRight(candle))
    .map(candle => ({ kind: 'wrong', text: `candle ${windowOf(candle)} is not complete: ${JSON.stringify(candle)}` }))
}

export const other = (text: string): Problem => ({ kind: 'other', text })

/**
 * Checks that every trade of the list is in the input once, and that every record of the input is either in a candle (which
 * the candles show), or in the dead letters once and for the right reason, or a duplicate that was counted.
 * @param duplicates how many the stage has counted; after a crash some may be counted twice
 */
export function checkInput(cluster: MemoryCluster, list: readonly Trade[], duplicates: number): Problem[] {
  const problems: string[] = []
  const missing = new Set(list.map(trade => JSON.stringify(trade)))
  const rubbish = new Map<string, string>()
  for (const [p, partition] of cluster.partitions(TRADES).entries())
    for (const { value, headers, offset } of recordsOf(partition))
      if (headers?.rubbish) rubbish.set(`${TRADES}/${p}@${offset}`, headers.rubbish)
      else if (headers?.control === undefined && !missing.delete(String(value)))
        problems.push(`the writer wrote twice: ${value}`)
  for (const trade of missing) problems.push(`the writer lost ${trade}`)
  return [...problems, ...checkDeadLetters(cluster, rubbish, duplicates)].map(other)
}

/** @returns why each dead letter is there, its value, and whether the writer wrote it beside the trades of the list */
export const deadLetters = (cluster: MemoryCluster): { reason: string; value: string; isRubbish: boolean }[] =>
  committed(cluster, DEAD_LETTERS).map(({ headers, value }) => ({
    reason: headers?.reason ?? '',
    value: String(value),
    isRubbish: (JSON.parse(headers?.source_headers ?? '{}') as Record<string, string>).rubbish !== undefined,
  }))

/** The reasons with which each kind of record may be in the dead letters. */
const REASONS: Readonly<Record<string, readonly string[]>> = {
  malformed: ['malformed'],
  late: ['late'],
  duplicate: ['late', 'stale_id'],
  contradiction: ['late', 'stale_id'],
  poison: ['failed'],
}

function checkDeadLetters(cluster: MemoryCluster, rubbish: Map<string, string>, duplicates: number): string[] {
  const problems: string[] = []
  for (const { headers = {}, value } of committed(cluster, DEAD_LETTERS)) {
    const at = `${headers.source_topic}/${headers.source_partition}@${headers.source_offset}`
    const reason = headers.reason ?? ''
    if (!REASONS[rubbish.get(at) ?? '']?.includes(reason))
      problems.push(`${at} is in the dead letters (again?) for being ${reason} (${headers.detail}): ${value}`)
    rubbish.delete(at)
  }
  const rest = [...rubbish.values()]
  const isRepeated = (kind: string) => kind === 'duplicate' || kind === 'contradiction'
  for (const [at, kind] of rubbish) if (!isRepeated(kind)) problems.push(`${at} is ${kind}, but no dead letter`)
  const uncounted = rest.filter(isRepeated).length - duplicates
  if (uncounted > 0) problems.push(`${uncounted} duplicates are neither counted nor dead letters`)
  return problems
}
