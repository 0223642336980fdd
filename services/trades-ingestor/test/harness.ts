import {
  type Connect,
  EXCHANGES,
  type ExchangeName,
  type FaultRates,
  Feed,
  SimulatedExchange,
  type SimulatedOptions,
  VirtualClock,
} from '@candlewick/exchanges'
import { topicTable } from '@candlewick/market-data'
import { type Faults, type LogRecord, MemoryCluster, memoryLog } from '@candlewick/streams'
import { Ingestor, type IngestorEvent, type IngestorOptions, type Source } from '../src/ingestor.ts'
import { balancedPlacement } from '../src/placement.ts'

export const TOPICS = topicTable()
export const START_MS = Date.UTC(2026, 0, 5, 12)
export const PAIRS = ['BTC/USD', 'ETH/USD', 'DOGE/EUR']

export interface World {
  readonly clock: VirtualClock
  readonly cluster: MemoryCluster
  readonly exchange: SimulatedExchange
  readonly events: IngestorEvent[]
  /** A feed of some pairs through a connection that may falsify the exchange's messages. */
  feed(pairs: readonly string[], connect?: Connect): Source
  ingestor(options?: Partial<IngestorOptions> & { faults?: Partial<Faults> }): Ingestor
}

interface WorldOptions extends SimulatedOptions {
  readonly faultRates?: FaultRates
  readonly partitions?: number
  /** The exchange whose protocol is used. */
  readonly spoken?: ExchangeName
}

/** A simulated exchange, a memory log and ingestors between them, all in virtual time. */
export function world(options: WorldOptions = {}): World {
  const { spoken = 'kraken' } = options
  const clock = new VirtualClock(START_MS)
  const cluster = new MemoryCluster({
    ...clock,
    now: () => clock.now(),
    wall: () => clock.wall(),
    sleep: ms => clock.sleep(ms),
  })
  cluster.grow(TOPICS.trades.name, options.partitions ?? 3)
  cluster.grow(TOPICS.cursors.name, 1)
  const exchange = new SimulatedExchange({ clock, tickMs: 200, ...options })
  const events: IngestorEvent[] = []
  const feed = (pairs: readonly string[], connect = exchange.connect): Source => {
    let live: Feed | undefined
    return {
      start: emit => {
        live = new Feed({ dialect: EXCHANGES[spoken]({ pairs }).dialect, pairs, emit, connect, clock })
        live.start()
      },
      pause: () => live?.pause(),
      resume: () => live?.resume(),
      stop: async () => live?.stop(),
    }
  }
  const ingestor = (own: Partial<IngestorOptions> & { faults?: Partial<Faults> } = {}) => {
    const pairs = own.pairs ?? PAIRS
    const { name, history, ohlc } = EXCHANGES[spoken]({ pairs, get: exchange.get, clock })
    return new Ingestor({
      log: memoryLog(cluster, own.faults),
      clock,
      group: 'trades-ingestor',
      topics: { trades: TOPICS.trades.name, cursors: TOPICS.cursors.name },
      exchange: name,
      owner: `${own.group ?? 'trades-ingestor'}@test:${Math.random()}`,
      pairs,
      place: balancedPlacement,
      history,
      ohlc,
      historyMs: 0,
      intervals: ['1m'],
      seedCandles: 0,
      baseMs: 60_000,
      graceMs: 1000,
      observe: event => events.push(event),
      source: feed(pairs),
      ...own,
    })
  }
  return { clock, cluster, exchange, events, feed, ingestor }
}

/** Runs an ingestor for some virtual time, then stops it. */
export async function runFor(on: World, ms: number, ingestor = on.ingestor()): Promise<void> {
  const running = ingestor.run()
  await on.clock.pass(ms)
  await stop(on, ingestor)
  await running
}

export async function stop(on: World, ingestor: Ingestor): Promise<void> {
  let stopped = false
  void ingestor.stop().then(() => {
    stopped = true
  })
  await on.clock.pass(60_000, () => stopped)
}

/** The committed records of a topic, partition by partition. */
export async function records(cluster: MemoryCluster, topic: string = TOPICS.trades.name): Promise<LogRecord[][]> {
  const log = memoryLog(cluster)
  const all: LogRecord[][] = []
  for (let p = 0; p < cluster.partitions(topic).length; p++) {
    const { start, end } = await log.offsets(topic, p)
    const own: LogRecord[] = []
    for await (const chunk of log.read(topic, p, start, end)) own.push(...chunk)
    all.push(own)
  }
  return all
}

/** The JSON texts of a pair's trades in the order in which a reader that follows its moves meets them. */
export async function tradeTexts(cluster: MemoryCluster, pair: string): Promise<string[]> {
  const own = (await records(cluster)).flat().filter(({ key, headers }) => key === pair && !headers?.control)
  return own.map(({ value }) => value?.toString() ?? '')
}

/** @returns the JSON of a trade, a cursor or a control record. */
export const jsonOf = ({ value, headers }: LogRecord) => JSON.parse(headers?.content ?? String(value))
