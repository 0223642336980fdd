/**
 * One topic of the system. Names, keys and retention are defined only here; code, documents and the creation of topics read
 * this table.
 */
export interface TopicSpec {
  readonly name: string
  readonly key: string
  readonly value: string
  readonly writtenBy: string
  /** A fixed number, or undefined: `PARTITIONS` at creation. */
  readonly partitions?: number
  readonly config: Readonly<Record<string, string>>
}

const DAY_MS = 86_400_000
/** The broker sets record timestamps. If writers set them, the broker would refuse all records of a writer whose clock is an hour off. */
const STAMPED = { 'message.timestamp.type': 'LogAppendTime' }
const kept = (ms: number) => ({ ...STAMPED, 'cleanup.policy': 'delete', 'retention.ms': String(ms) })
const FOR_EVER = kept(-1)
/**
 * Redpanda removes transaction markers and tombstones from a compacted topic only if this is set on the topic itself.
 * Otherwise a changelog would gain a marker per second, and each restore would read all of them.
 */
const MARKERS_KEPT = { 'delete.retention.ms': String(DAY_MS) } as const
const COMPACTED = {
  ...STAMPED,
  ...MARKERS_KEPT,
  'cleanup.policy': 'compact',
  'min.cleanable.dirty.ratio': '0.2',
  'segment.bytes': '67108864',
}

export interface TopicNames {
  readonly prefix: string
  /** Suffix of every name; none by default. */
  readonly suffix?: string
  readonly trades: string
  readonly candles: string
  readonly technicalIndicators: string
}

export const DEFAULT_TOPIC_NAMES: TopicNames = {
  prefix: '',
  trades: 'trades',
  candles: 'candles',
  technicalIndicators: 'technical-indicators',
}

/** @returns the table of topics that are not a group's own, names with prefix and suffix. */
export function topicTable(names: TopicNames = DEFAULT_TOPIC_NAMES) {
  const { prefix, suffix = '' } = names
  return {
    trades: {
      name: prefix + names.trades + suffix,
      key: 'pair',
      value: 'Trade',
      writtenBy: 'trades-ingestor',
      config: kept(7 * DAY_MS),
    },
    candles: {
      name: prefix + names.candles + suffix,
      key: 'pair',
      value: 'Candle, final ones only',
      writtenBy: 'candles',
      config: FOR_EVER,
    },
    candlesLive: {
      name: `${prefix}${names.candles}-live${suffix}`,
      key: 'pair',
      value: 'Candle in progress, at most one a second a pair and interval',
      writtenBy: 'candles',
      config: kept(DAY_MS / 24),
    },
    technicalIndicators: {
      name: prefix + names.technicalIndicators + suffix,
      key: 'pair',
      value: 'FeatureRow',
      writtenBy: 'technical-indicators',
      config: FOR_EVER,
    },
    cursors: {
      name: `${prefix}trades-ingestor-cursors${suffix}`,
      key: 'pair',
      value: 'Cursor',
      writtenBy: 'trades-ingestor',
      partitions: 1,
      config: COMPACTED,
    },
    deadLetters: {
      name: `${prefix}dead-letters${suffix}`,
      key: 'key of the input',
      value: 'the input bytes; headers source_topic, source_partition, source_offset, source_headers, reason, service',
      writtenBy: 'all',
      partitions: 1,
      config: kept(30 * DAY_MS),
    },
  } as const satisfies Record<string, TopicSpec>
}

/**
 * @param prefix before every topic's name; the name of a default group already begins with it
 * @returns a consumer group's own topics, created with as many partitions as the group's input has.
 */
export function groupTopics(group: string, prefix = '') {
  const owner = group.startsWith(prefix) ? group : prefix + group
  return {
    changelog: {
      name: `${owner}-changelog`,
      key: 'pair',
      value: "a task's state, same partition as the input",
      writtenBy: "the group's tasks",
      config: COMPACTED,
    },
    handovers: {
      name: `${owner}-handovers`,
      key: 'pair',
      value: "a moved key's state, partition = destination",
      writtenBy: "the group's tasks",
      config: kept(7 * DAY_MS),
    },
  } as const satisfies Record<string, TopicSpec>
}
