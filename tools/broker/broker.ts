/** One process of a cluster. */
export interface BrokerNode {
  readonly runs: boolean
  /** Stops it with SIGTERM. It hands its partitions over before it ends. */
  stop(): Promise<void>
  /** Kills it with SIGKILL. */
  kill(): Promise<void>
  /** Resolves when it answers. */
  restart(): Promise<void>
}

/** A disk with only the broker's data. */
export interface Disk {
  /** Fills all free space. */
  fill(): Promise<void>
  /** Frees the space again. */
  free(): Promise<void>
}

export interface Broker {
  readonly kind: 'external' | 'redpanda' | 'apache-kafka'
  /** Addresses as in `KAFKA_BROKERS`: host:port, separated by commas. */
  readonly brokers: string
  /** The port that the proxy of {@link BrokerOptions.proxy} has to forward to. */
  readonly behindProxy?: number
  /** Stops it and deletes its data; does nothing to an external broker. */
  stop(): Promise<void>
  /**
   * Kills it with SIGKILL. A single Apache Kafka node (4.3.1) that is killed between acknowledging a commit and writing its
   * markers may not write the markers after its restart: it looks for the partitions' leader before it has elected itself, and
   * takes the partitions for deleted. The transaction then stays open until the next one of its transactional id.
   * @throws Error for an external broker
   */
  kill(): Promise<void>
  /** Starts it again after {@link kill}, with the same data and port. Resolves when it answers. */
  restart(): Promise<void>
  /** The nodes of a cluster that this process started. */
  readonly nodes?: readonly BrokerNode[]
  /** Waits until every replica of every partition is in sync. */
  untilReplicated?(): Promise<void>
  /** The disk with its data, if tests may fill it. */
  readonly disk?: Disk
}

export interface BrokerOptions {
  /** Addresses of a running broker, from `KAFKA_BROKERS`; empty or undefined: one is started. */
  readonly running?: string | undefined
  /** Receives a sentence for each step that takes a while. */
  readonly report?: (sentence: string) => void
  /** Port of a proxy on 127.0.0.1; its advertised address makes clients keep using it. */
  readonly proxy?: number | undefined
}

/** This machine cannot start a broker in this way, so the next way is tried. */
export class NotPossible extends Error {
  override name = 'NotPossible'
}

export class NoBroker extends Error {
  override name = 'NoBroker'
  constructor(lacking: readonly string[]) {
    super(
      [
        'No Kafka broker can be started on this machine. Provide one of these:',
        '  1. KAFKA_BROKERS=host:port names a running broker (not set)',
        ...lacking.map((sentence, i) => `  ${i + 2}. ${sentence}`),
      ].join('\n'),
    )
  }
}
