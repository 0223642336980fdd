import type { ExchangeTrade } from '@candlewick/exchanges'
import type { Gap, Route, Seed, Watermark } from '@candlewick/market-data'
import type { Spans } from '@candlewick/service'
import type { OutRecord } from '@candlewick/streams'
import type { Entry } from './trade-sequencer.ts'

/** The JSON text of a Trade, with the exchange's digits; always these fields in this order, without spaces. */
export const tradeText = ({ pair, trade_id, side, price, qty, timestamp_ms }: ExchangeTrade): string =>
  `{"pair":${JSON.stringify(pair)},"trade_id":${trade_id},"side":${side === null ? 'null' : `"${side}"`},"price":${price},"qty":${qty},"timestamp_ms":${timestamp_ms}}`

type Arrive = { pair: string; epoch: Route['epoch']; from: number | null; complete_from_ms?: number | null }
type Move = { pair: string; epoch: Route['epoch']; to: number }
type Control = 'arrive' | 'move' | 'gap' | 'seed' | 'watermark'

function control(
  topic: string,
  partition: number,
  kind: Control,
  value: Arrive | Move | Watermark | Gap | Seed,
): OutRecord {
  return { topic, partition, key: value.pair, value: JSON.stringify(value), headers: { control: kind } }
}

/** A pair's birth, before its first record. */
export const birthRecord = (topic: string, pair: string, { partition, epoch }: Route, complete_from_ms: number) =>
  control(topic, partition, 'arrive', { pair, epoch, from: null, complete_from_ms })

/** A candle that the exchange made, of a window before the pair's birth. */
export const seedRecord = (topic: string, partition: number, seed: Seed) => control(topic, partition, 'seed', seed)

/** A pair goes on in another partition: that one is told that it comes, then the old one that it has left. */
export function moveRecords(topic: string, pair: string, from: Route, to: Route): OutRecord[] {
  const arrive = { pair, epoch: to.epoch, from: from.partition }
  const left = { pair, epoch: to.epoch, to: to.partition }
  return [control(topic, to.partition, 'arrive', arrive), control(topic, from.partition, 'move', left)]
}

/** @returns an entry's record in the topic of trades; undefined for a rejected trade, which has none. */
export function entryRecord(
  topic: string,
  pair: string,
  partition: number,
  entry: Entry,
  spans: Spans | undefined,
): OutRecord | undefined {
  if (entry.type === 'rejected') return undefined
  if (entry.type === 'trade') {
    const { trade_id, timestamp_ms } = entry.trade
    const headers = spans?.begin({
      topic,
      key: pair,
      attributes: { 'candlewick.trade_id': trade_id, 'candlewick.timestamp_ms': timestamp_ms },
    })
    return { topic, partition, key: pair, value: tradeText(entry.trade), headers }
  }
  if (entry.type === 'gap')
    return control(topic, partition, 'gap', { pair, from_ms: entry.from_ms, to_ms: entry.to_ms })
  return control(topic, partition, 'watermark', { pair, watermark_ms: entry.watermark_ms })
}
