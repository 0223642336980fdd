import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import { birthRecord, type Log, type OutRecord } from '@candlewick/streams'

/** `count` trades of `pairs` pairs in turn, evenly over `hours` of event time. */
export interface Market {
  readonly count: number
  readonly pairs: number
  readonly hours: number
}

const START_MS = 1_767_225_600_000
const BATCH = 20_000

const pairName = (index: number): string => `C${String(index).padStart(4, '0')}/USD`

/** @returns each trade as the ingestor encodes it, and the index of its pair. */
function* encodedTrades({ count, pairs, hours }: Market): Generator<{ readonly pair: number; readonly value: string }> {
  const prices = Array.from({ length: pairs }, (_, i) => 10 + i * 37)
  const stepMs = (hours * 3_600_000) / count
  for (let i = 0; i < count; i++) {
    const pair = i % pairs
    prices[pair]! *= 1 + (((i * 7919) % 2001) - 1000) / 1e6
    const price = prices[pair]!.toFixed(2)
    const qty = (((i * 104_729) % 100_000) / 1e5 + 0.00001).toFixed(5)
    const value = `{"pair":"${pairName(pair)}","trade_id":${Math.floor(i / pairs)},"side":"${i % 3 ? 'buy' : 'sell'}","price":${price},"qty":${qty},"timestamp_ms":${Math.floor(START_MS + i * stepMs)}}`
    yield { pair, value }
  }
}

/**
 * Writes the trades as the ingestor does: one record for each trade, keyed by pair, each pair in one partition, after the
 * pair's birth. Without births every pair would wait for the grant of its claim, and the bench would measure how fast
 * records are skipped.
 * @returns the number of records
 */
export async function writeTopic(log: Log, topic: string, partitions: number, market: Market): Promise<number> {
  await log.topics.create([{ name: topic, partitions, config: {} }])
  const producer = await log.producer(`${topic}-bench`)
  let records: OutRecord[] = []
  const born = new Set<number>()
  for (const { pair, value } of encodedTrades(market)) {
    const [key, partition] = [pairName(pair), pair % partitions]
    if (!born.has(pair))
      records.push(birthRecord(topic, key, { partition, epoch: [0, 0], partitions }, { complete_from_ms: START_MS }))
    born.add(pair)
    records.push({ topic, partition, key, value })
    if (records.length < BATCH) continue
    await producer.transact(records)
    records = []
  }
  if (records.length > 0) await producer.transact(records)
  await producer.close()
  return market.count + born.size
}

/** Writes the trades as a recording, one JSON object a line. */
export async function writeRecording(file: string, market: Market): Promise<void> {
  const out = createWriteStream(file)
  for (const { value } of encodedTrades(market)) if (!out.write(`${value}\n`)) await once(out, 'drain')
  out.end()
  await finished(out)
}
