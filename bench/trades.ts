import type { Log, OutRecord } from '@candlewick/streams'

/** What is loaded: `count` trades of `pairs` pairs, evenly over `hours` of event time and the topic's partitions. */
export interface Load {
  readonly topic: string
  readonly partitions: number
  readonly count: number
  readonly pairs: number
  readonly hours: number
}

const START_MS = 1_767_225_600_000
const BATCH = 20_000

/** Writes the trades as the ingestor does: one JSON object a record, keyed by pair, each pair in one partition. */
export async function load(log: Log, { topic, partitions, count, pairs, hours }: Load): Promise<void> {
  await log.topics.create([{ name: topic, partitions, config: {} }])
  const producer = await log.producer(`${topic}-bench`)
  const names = Array.from({ length: pairs }, (_, i) => `C${String(i).padStart(3, '0')}/USD`)
  const prices = names.map((_, i) => 10 + i * 37)
  const stepMs = (hours * 3_600_000) / count
  for (let from = 0; from < count; from += BATCH) {
    const records: OutRecord[] = []
    for (let i = from; i < Math.min(from + BATCH, count); i++) {
      const p = i % pairs
      prices[p]! *= 1 + (((i * 7919) % 2001) - 1000) / 1e6
      const price = prices[p]!.toFixed(2)
      const qty = (((i * 104_729) % 100_000) / 1e5 + 0.00001).toFixed(5)
      const value = `{"pair":"${names[p]}","trade_id":${Math.floor(i / pairs)},"side":"${i % 3 ? 'buy' : 'sell'}","price":${price},"qty":${qty},"timestamp_ms":${Math.floor(START_MS + i * stepMs)}}`
      records.push({ topic, partition: p % partitions, key: names[p]!, value })
    }
    await producer.transact(records)
  }
  await producer.close()
}
