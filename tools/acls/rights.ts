import { groupTopics, type TopicNames, topicTable } from '@candlewick/market-data'

export type Operation = 'Read' | 'Write' | 'Create' | 'Describe' | 'Alter'

/** What a service may do with a resource of the broker, and what for. Read and Write let it describe the resource too. */
export interface Right {
  readonly service: string
  readonly resource: 'topic' | 'group' | 'transactional-id'
  readonly name: string
  /** Whether all names that begin so are meant. */
  readonly prefixed?: boolean
  readonly operations: readonly Operation[]
  readonly why: string
}

export interface Names extends TopicNames {
  /** The consumer group of a service, where it is not the default. */
  readonly groups?: Readonly<Record<string, string | undefined>>
  /** `CLOSE_AFTER_IDLE_MS` is set: candles writes watermarks to its input. */
  readonly closesIdle?: boolean
  /** `AUDIT_EVERY_MINUTES` is set: the ingestor compares candles with the exchange's. */
  readonly audits?: boolean
}

const GROWS = 'the state of its keys; has as many partitions as the input'

/** The rights of every service: the one table that the document, the commands and the test are made of. */
export function rightsOf(names: Names): readonly Right[] {
  const { prefix, suffix = '', groups = {}, closesIdle = false, audits = false } = names
  const table = topicTable(names)
  const { trades, candles, candlesLive, technicalIndicators, cursors, deadLetters } = table
  const group = (service: string) => groups[service] ?? prefix + service + suffix
  const own = (service: string) => groupTopics(group(service), prefix)

  const on =
    (service: string, resource: Right['resource'], prefixed = false) =>
    (name: string, operations: readonly Operation[], why: string): Right => ({
      service,
      resource,
      name,
      ...(prefixed && { prefixed }),
      operations,
      why,
    })

  const stream = (service: string, input: string): Right[] => [
    on(service, 'topic')(own(service).changelog.name, ['Read', 'Write', 'Alter'], GROWS),
    on(service, 'topic')(
      own(service).handovers.name,
      ['Read', 'Write', 'Alter'],
      'keys that move to another partition',
    ),
    on(service, 'topic')(deadLetters.name, ['Write'], 'records that it cannot use'),
    on(service, 'group')(
      group(service),
      ['Read'],
      'its share of the partitions, and its offsets for those who watch the lag',
    ),
    on(service, 'transactional-id', true)(`${group(service)}-${input}-`, ['Write'], 'a transaction a partition'),
  ]

  const ingestor = on('trades-ingestor', 'topic')
  const candle = on('candles', 'topic')
  const indicator = on('technical-indicators', 'topic')
  const page = on('dashboard', 'topic')
  const job = on('create-topics', 'topic')
  const streams = ['candles', 'technical-indicators']
  const shown = [trades, candles, candlesLive, technicalIndicators, cursors, deadLetters]
  const handovers = streams.map(service => own(service).handovers)
  return [
    ...[...Object.values(table), ...streams.flatMap(service => Object.values(own(service)))].map(({ name }) =>
      job(name, ['Create', 'Describe'], 'creates it where it is missing'),
    ),
    ingestor(trades.name, ['Write'], 'its output'),
    ingestor(cursors.name, ['Read', 'Write'], 'how far it has come'),
    ...(audits ? [ingestor(candles.name, ['Read'], 'compared with the exchange, by AUDIT_EVERY_MINUTES')] : []),
    on('trades-ingestor', 'transactional-id')(
      group('trades-ingestor'),
      ['Write'],
      'trades and cursor in one transaction',
    ),
    candle(
      trades.name,
      closesIdle ? ['Read', 'Write'] : ['Read'],
      closesIdle ? 'its input, and watermarks by CLOSE_AFTER_IDLE_MS' : 'its input',
    ),
    candle(candles.name, ['Write'], 'its output'),
    candle(candlesLive.name, ['Write'], 'candles in progress'),
    ...stream('candles', trades.name),
    indicator(candles.name, ['Read'], 'its input'),
    indicator(technicalIndicators.name, ['Write'], 'its output'),
    ...stream('technical-indicators', candles.name),
    ...[...shown, ...handovers].map(({ name }) => page(name, ['Read'], 'shown')),
    ...streams.map(service => on('dashboard', 'group')(group(service), ['Describe'], 'its members and its lag')),
    ...streams.map(service => on('keda', 'group')(group(service), ['Describe'], 'the lag that it scales by')),
    ...[trades, candles].map(({ name }) => on('keda', 'topic')(name, ['Describe'], 'the lag that it scales by')),
  ]
}
