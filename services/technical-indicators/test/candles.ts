import type { FeatureRow } from '@candlewick/market-data'
import { createLogger, type Env, startService } from '@candlewick/service'
import { type Log, MemoryCluster, memoryLog, type OutRecord } from '@candlewick/streams'
import { expect } from 'vitest'
import { technicalIndicators } from '../src/service.ts'
import { candle, PAIR } from './candle.ts'

const logger = createLogger('test', 'silent')

/** A topic of two partitions; the pair moves from 1 to 0 in the middle. */
export class Candles {
  readonly cluster = new MemoryCluster()
  readonly log = memoryLog(this.cluster)
  #partition = 1
  #next = 0

  constructor() {
    this.cluster.grow('candles', 2)
    this.cluster.grow('technical-indicators', 2)
  }

  async birth(): Promise<void> {
    await this.#write([this.#control(1, 'arrive', { epoch: [0, 0], from: null })])
  }

  async write(count: number): Promise<void> {
    const records = Array.from({ length: count }, (): OutRecord => {
      const close = 100 + ((this.#next * 7919) % 13)
      const value = JSON.stringify(candle(this.#next++, { close }))
      return { topic: 'candles', partition: this.#partition, key: PAIR, value }
    })
    await this.#write(records)
  }

  async move(): Promise<void> {
    this.#partition = 0
    await this.#write([
      this.#control(0, 'arrive', { epoch: [0, 1], from: 1 }),
      this.#control(1, 'move', { epoch: [0, 1], to: 0 }),
    ])
  }

  rows(): FeatureRow[] {
    const records = this.cluster.partitions('technical-indicators').flatMap(p => p.chunk(0, 1000)?.records ?? [])
    return records
      .map(({ value }) => JSON.parse(String(value)) as FeatureRow)
      .sort((a, b) => a.open_time_ms - b.open_time_ms)
  }

  /** Starts the service, lets it do, stops it. */
  async served(env: Env, rows: number, log: Log = this.log): Promise<void> {
    const service = await startService(technicalIndicators, { env, log, logger })
    await expect.poll(() => this.rows().length, { timeout: 20_000 }).toBe(rows)
    await service.stop()
  }

  #control(partition: number, control: string, value: object): OutRecord {
    return {
      topic: 'candles',
      partition,
      key: PAIR,
      value: JSON.stringify({ pair: PAIR, ...value }),
      headers: { control },
    }
  }

  async #write(records: readonly OutRecord[]): Promise<void> {
    const producer = await this.log.producer('writer')
    await producer.transact(records)
    await producer.close()
  }
}
