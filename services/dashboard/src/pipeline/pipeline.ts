import { setTimeout as sleep } from 'node:timers/promises'
import { refusalOf } from '@candlewick/kafka'
import { groupTopics } from '@candlewick/market-data'
import { remedyOf, type ServiceContext } from '@candlewick/service'
import type { LogRecord } from '@candlewick/streams'
import type { Bounds, LeftOut } from '../bounds.ts'
import type { Market } from '../market/market.ts'
import { readCandle, readRow } from '../market/read.ts'
import { ActivityLog } from './activity.ts'
import { noteControl } from './control-activity.ts'
import { DeadLetters } from './dead-letters.ts'
import { GroupWatch } from './group-watch.ts'
import { Latency } from './latency.ts'
import { TopicWatch } from './topic-watch.ts'
import { Writers } from './writers.ts'

const LOOK_MS = 1000
const RETRY_MS = 1000
/** How many records before the end of each partition the dashboard starts to read, so that it has a history to show. */
const HISTORY = { live: 500, cursors: 20_000, deadLetters: 200, handovers: 50 }

export interface PipelineOptions {
  readonly groups: readonly string[]
  /** Groups of the feature store, which does not have to run. */
  readonly storeGroups: readonly string[]
  /** How many records of candles, and of feature rows, are read before the end of each partition. */
  readonly historyRecords: number
}

/** Reads the topics, starting some records before their ends, and watches the consumer groups. */
export class Pipeline {
  readonly #context: Pick<ServiceContext, 'config' | 'log' | 'logger' | 'signal'>
  readonly #market: Market
  readonly startedMs = Date.now()
  readonly activity = new ActivityLog()
  readonly deadLetters = new DeadLetters()
  readonly writers: Writers
  readonly latency = { candles: new Latency(), rows: new Latency() }
  readonly #groups: readonly GroupWatch[]
  readonly topics: Readonly<Record<'trades' | 'candles' | 'live' | 'rows' | 'cursors' | 'deadLetters', TopicWatch>>
  readonly handovers: readonly TopicWatch[]
  /** Why the broker does not answer; undefined if it does. */
  brokerError: string | undefined
  /** The broker's error for each topic that we may not read. */
  readonly denied = new Map<string, string>()
  readonly bounds: Bounds
  readonly #unreadable: LeftOut

  constructor(
    context: Pick<ServiceContext, 'config' | 'log' | 'logger' | 'signal' | 'topics'>,
    market: Market,
    bounds: Bounds,
    { groups, storeGroups, historyRecords }: PipelineOptions,
  ) {
    this.#context = context
    this.#market = market
    this.bounds = bounds
    this.writers = new Writers(bounds)
    this.#unreadable = bounds.of('unreadable records', 'see what writes to the topics of candles and feature rows')
    const { trades, candles, candlesLive, technicalIndicators, cursors, deadLetters } = context.topics
    const control = (topic: string) => (record: LogRecord, partition: number) =>
      this.#noteControl(topic, record, partition)
    this.#groups = [
      ...groups.map(group => new GroupWatch(group, this.activity, bounds)),
      ...storeGroups.map(group => new GroupWatch(group, this.activity, bounds, false)),
    ]
    this.handovers = groups
      .map(group => groupTopics(group).handovers.name)
      .map(name => new TopicWatch(name, HISTORY.handovers, bounds, control(name)))
    this.topics = {
      trades: new TopicWatch(trades.name, 0, bounds, control(trades.name)),
      candles: new TopicWatch(candles.name, historyRecords, bounds, (record, partition, isNews) => {
        if (record.headers?.control) this.#noteControl(candles.name, record, partition)
        else this.#takeCandle(record, isNews)
      }),
      live: new TopicWatch(candlesLive.name, HISTORY.live, bounds, (record, _, isNews) =>
        this.#takeLive(record, isNews),
      ),
      rows: new TopicWatch(technicalIndicators.name, historyRecords, bounds, (record, _, isNews) =>
        this.#takeRow(record, isNews),
      ),
      cursors: new TopicWatch(cursors.name, HISTORY.cursors, bounds, record => this.writers.take(record)),
      deadLetters: new TopicWatch(deadLetters.name, HISTORY.deadLetters, bounds, (record, _, isNews) =>
        this.#takeDeadLetter(record, isNews),
      ),
    }
  }

  /** The groups of services that have to run, and of other services that run or have run. */
  get groups(): readonly GroupWatch[] {
    return this.#groups.filter(group => group.isShown)
  }

  get watches(): readonly TopicWatch[] {
    return [...Object.values(this.topics), ...this.handovers]
  }

  /** Runs until the signal is aborted; waits while the broker is unreachable. */
  async run(): Promise<void> {
    await Promise.all([this.#lookAtGroups(), ...this.watches.map(watch => this.#follow(watch))])
  }

  async #follow(watch: TopicWatch): Promise<void> {
    const { log, signal } = this.#context
    while (!signal.aborted)
      try {
        await watch.follow(log, signal)
      } catch (error) {
        if (!signal.aborted) this.#unread(watch, error)
        await sleep(RETRY_MS, undefined, { signal }).catch(() => {})
      }
  }

  async #lookAtGroups(): Promise<void> {
    const { log, signal } = this.#context
    while (!signal.aborted) {
      try {
        await Promise.all(this.#groups.map(group => group.look(log, Date.now(), this.watches)))
        this.#broker(undefined)
      } catch (error) {
        const remedy = remedyOf(error, this.#context.config)
        if (!signal.aborted) this.#broker(`${(error as Error).message}${remedy ? ` (${remedy})` : ''}`)
      }
      await sleep(LOOK_MS, undefined, { signal }).catch(() => {})
    }
  }

  /** Reports a topic that we may not read. {@link #broker} reports an unreachable broker. */
  #unread({ topic }: TopicWatch, error: unknown): void {
    const { message } = error as Error
    const isNews = refusalOf(error)?.kind === 'denied' && this.denied.get(topic) !== message
    if (isNews) this.denied.set(topic, message)
    this.#context.logger[isNews ? 'error' : 'debug']({ error }, `Cannot read ${topic}, trying again: ${message}`)
  }

  #broker(error: string | undefined): void {
    if ((this.brokerError === undefined) === (error === undefined)) return
    this.brokerError = error
    this.activity.add(Date.now(), 'broker', error === undefined ? 'Kafka answers again' : `Kafka is away: ${error}`)
    this.#context.logger[error === undefined ? 'info' : 'error'](error ?? 'Kafka answers again')
  }

  #noteControl(topic: string, record: LogRecord, partition: number): void {
    if (!noteControl(this.activity, topic, record, partition)) this.#unreadable.add()
  }

  #takeCandle(record: LogRecord, isNews: boolean): void {
    const candle = readCandle(record)
    if (!candle) {
      this.#unreadable.add()
      return
    }
    this.#market.addCandle(candle, isNews)
    this.#measure(this.latency.candles, candle.close_time_ms, record.timestamp)
  }

  #takeLive(record: LogRecord, isNews: boolean): void {
    const candle = readCandle(record)
    if (candle) this.#market.setLive(candle, isNews)
    else this.#unreadable.add()
  }

  #takeRow(record: LogRecord, isNews: boolean): void {
    const row = readRow(record)
    if (!row) {
      this.#unreadable.add()
      return
    }
    this.#market.addRow(row, isNews)
    this.#measure(this.latency.rows, row.close_time_ms, record.timestamp)
  }

  /** Measures a window's delay, unless the window ended before the dashboard started: such a delay is not a latency. */
  #measure(latency: Latency, close_time_ms: number, writtenMs: number): void {
    if (close_time_ms >= this.startedMs) latency.add(writtenMs, writtenMs - close_time_ms)
  }

  #takeDeadLetter(record: LogRecord, isNews: boolean): void {
    const { service, reason, key } = this.deadLetters.add(record)
    if (isNews)
      this.activity.add(
        record.timestamp,
        'dead-letter',
        `${service} rejected a record of ${key ?? 'no key'}: ${reason}`,
      )
  }
}
