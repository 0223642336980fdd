import { Candle } from '@candlewick/market-data'
import type { Log } from '@candlewick/streams'

export interface OurCandlesOptions {
  readonly log: Log
  readonly topic: string
  /** @returns whether to keep a candle. */
  wanted(candle: Pick<Candle, 'pair' | 'interval' | 'open_time_ms'>): boolean
}

/** The wanted final candles of the topic, read up to its end by each call of `catchUp`. */
export class OurCandles {
  readonly #o: OurCandlesOptions
  readonly #candles = new Map<string, Candle>()
  readonly #next = new Map<number, number>()

  constructor(options: OurCandlesOptions) {
    this.#o = options
  }

  get(pair: string, interval: string, openTimeMs: number): Candle | undefined {
    return this.#candles.get(`${pair} ${interval} ${openTimeMs}`)
  }

  /** Starts at the end of the topic instead of its beginning. */
  async skip(): Promise<void> {
    for (const partition of await this.#partitions())
      this.#next.set(partition, (await this.#o.log.offsets(this.#o.topic, partition)).end)
  }

  /** Reads the candles written since the last call, and drops candles that are no longer wanted. */
  async catchUp(): Promise<void> {
    const { log, topic, wanted } = this.#o
    for (const [key, candle] of this.#candles) if (!wanted(candle)) this.#candles.delete(key)
    for (const partition of await this.#partitions()) {
      const { start, end } = await log.offsets(topic, partition)
      for await (const records of log.read(topic, partition, Math.max(start, this.#next.get(partition) ?? 0), end))
        for (const { value, headers } of records) if (value !== null && !headers?.control) this.#add(value)
      this.#next.set(partition, end)
    }
  }

  #add(value: Buffer): void {
    const candle: unknown = JSON.parse(value.toString())
    const { data } = Candle.safeParse(candle)
    if (data && this.#o.wanted(data)) this.#candles.set(`${data.pair} ${data.interval} ${data.open_time_ms}`, data)
  }

  async #partitions(): Promise<number[]> {
    const { log, topic } = this.#o
    return [...Array((await log.topics.partitions([topic])).get(topic) ?? 0).keys()]
  }
}
