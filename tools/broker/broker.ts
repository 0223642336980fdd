/** One process of a cluster. */
export interface BrokerNode {
  readonly runs: boolean
  /** SIGTERM: it hands its partitions over before it ends. */
  stop(): Promise<void>
  /** SIGKILL. */
  kill(): Promise<void>
  /** Resolves when it answers. */
  restart(): Promise<void>
}

/** A disk that has nothing else on it. */
export interface Disk {
  /** Takes all the room that is left. */
  fill(): Promise<void>
  /** Gives it back. */
  free(): Promise<void>
}

export interface Broker {
  readonly kind: 'external' | 'redpanda' | 'apache-kafka'
  /** For `KAFKA_BROKERS`: host:port, separated by commas. */
  readonly brokers: string
  /** Where the proxy of {@link BrokerOptions.proxy} has to lead. */
  readonly behindProxy?: number
  /** Ends it and deletes its data; does nothing to an external one. */
  stop(): Promise<void>
  /**
   * SIGKILL. A single Apache Kafka node (4.3.1) that is killed between a commit's acknowledgement and its markers may
   * forget the markers at its restart: it looks for the partitions' leader before it has elected itself, and takes
   * them for deleted. That transaction stays open until its transactional id's next one. @throws Error for an external one
   */
  kill(): Promise<void>
  /** After {@link kill}: the same data and port. Resolves when it answers. */
  restart(): Promise<void>
  /** Those of a cluster of ours. */
  readonly nodes?: readonly BrokerNode[]
  /** Waits until each partition of a cluster is on all its nodes. */
  untilReplicated?(): Promise<void>
  /** Where its data is, if that may be filled. */
  readonly disk?: Disk
}

export interface BrokerOptions {
  /** What takes a while, in a sentence each. */
  readonly report?: (sentence: string) => void
  /** The port of a proxy on 127.0.0.1: clients that come through it are told to stay there. */
  readonly proxy?: number | undefined
}

/** This way to a broker does not exist on this machine; the next one is tried. */
export class NotPossible extends Error {
  override name = 'NotPossible'
}

export class NoBroker extends Error {
  override name = 'NoBroker'
  constructor(lacking: readonly string[]) {
    super(
      [
        'No Kafka broker can be had on this machine. Any one of these will do:',
        '  1. KAFKA_BROKERS=host:port names a running one (not set)',
        ...lacking.map((sentence, i) => `  ${i + 2}. ${sentence}`),
      ].join('\n'),
    )
  }
}
