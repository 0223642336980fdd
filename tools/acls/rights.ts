import { groupTopics, type TopicNames, type TopicSpec, topicTable } from '@candlewick/market-data'

export type Operation = 'Read' | 'Write' | 'Create' | 'Describe' | 'Alter' | 'DescribeConfigs' | 'AlterConfigs'

/** Operations that a service needs on a resource of the broker, and why. Read and Write include Describe. */
export interface Right {
  readonly service: string
  readonly resource: 'topic' | 'group' | 'transactional-id' | 'cluster'
  readonly name: string
  /** Whether the right covers every name that starts with `name`. */
  readonly prefixed?: boolean
  readonly operations: readonly Operation[]
  readonly why: string
}

export interface Names extends TopicNames {
  /** Consumer groups by service, if they differ from the default. */
  readonly groups?: Readonly<Record<string, string | undefined>>
  /** `CLOSE_AFTER_IDLE_MS` is set, so candles writes watermarks to its input. */
  readonly closesIdle?: boolean
  /** `AUDIT_EVERY_MINUTES` is set, so the ingestor compares candles with the exchange's. */
  readonly audits?: boolean
}

/** Kafka's name of the cluster as a resource. */
const CLUSTER = 'kafka-cluster'
const CREATES_COMPACTED = 'creates the topic if it is missing; checks settings, and sets delete.retention.ms'
const isCompacted = ({ config }: TopicSpec) => config['cleanup.policy'] === 'compact'

const GROWS = 'state of its keys; Alter adds partitions when the input grows'

/** The rights of every service. The document, the commands and the test are made from this table. */
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
      'states of keys that move to another partition',
    ),
    on(service, 'topic')(deadLetters.name, ['Write'], 'records that it cannot process'),
    on(service, 'group')(group(service), ['Read'], 'group membership, and committed offsets, which show its lag'),
    on(service, 'transactional-id', true)(
      `${group(service)}-${input}-`,
      ['Write'],
      'one transactional id for each partition',
    ),
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
    ...[...Object.values(table), ...streams.flatMap(service => Object.values(own(service)))].map(topic =>
      isCompacted(topic)
        ? job(topic.name, ['Create', 'Describe', 'DescribeConfigs', 'AlterConfigs'], CREATES_COMPACTED)
        : job(
            topic.name,
            ['Create', 'Describe', 'DescribeConfigs'],
            'creates the topic if it is missing; checks settings',
          ),
    ),
    on('create-topics', 'cluster')(CLUSTER, ['DescribeConfigs'], 'checks the settings of the broker'),
    ingestor(trades.name, ['Write'], 'its output'),
    ingestor(cursors.name, ['Read', 'Write'], 'its position in the trades of each pair'),
    ...(audits ? [ingestor(candles.name, ['Read'], 'compares candles with the exchange (AUDIT_EVERY_MINUTES)')] : []),
    on('trades-ingestor', 'transactional-id')(
      group('trades-ingestor'),
      ['Write'],
      'writes trades and cursor in one transaction',
    ),
    candle(
      trades.name,
      closesIdle ? ['Read', 'Write'] : ['Read'],
      closesIdle ? 'its input, and the watermarks of CLOSE_AFTER_IDLE_MS' : 'its input',
    ),
    candle(candles.name, ['Write'], 'its output'),
    candle(candlesLive.name, ['Write'], 'candles in progress'),
    ...stream('candles', trades.name),
    indicator(candles.name, ['Read'], 'its input'),
    indicator(technicalIndicators.name, ['Write'], 'its output'),
    ...stream('technical-indicators', candles.name),
    on('feature-store', 'topic')(technicalIndicators.name, ['Read'], 'the rows that it stores'),
    on('feature-store', 'topic')(candles.name, ['Read'], 'candles, with STORE_TOPICS=candles'),
    on('feature-store', 'topic')(trades.name, ['Read'], 'trades, with STORE_TOPICS=trades'),
    on('feature-store', 'topic')(deadLetters.name, ['Write'], 'rows that a store cannot take'),
    on('feature-store', 'group', true)(
      group('feature-store'),
      ['Read'],
      'group membership and committed offsets, one group a topic',
    ),
    on('feature-store', 'transactional-id', true)(`${group('feature-store')}-`, ['Write'], 'writes dead letters'),
    ...[...shown, ...handovers].map(({ name }) => page(name, ['Read'], 'shows its records')),
    ...streams.map(service => on('dashboard', 'group')(group(service), ['Describe'], 'shows members and lag')),
    on('dashboard', 'group', true)(group('feature-store'), ['Describe'], 'shows members and lag, one group a topic'),
    ...streams.map(service => on('keda', 'group')(group(service), ['Describe'], 'scales by this lag')),
    ...[trades, candles].map(({ name }) => on('keda', 'topic')(name, ['Describe'], 'scales by this lag')),
  ]
}
