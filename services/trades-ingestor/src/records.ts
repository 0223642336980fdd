import type { ExchangeTrade } from '@candlewick/exchanges'
import type { Seed } from '@candlewick/market-data'
import type { Spans } from '@candlewick/service'
import type { OutRecord } from '@candlewick/streams'
import { controlRecord } from '@candlewick/streams/control-records'
import type { Entry } from './trade-sequencer.ts'

/** @returns the JSON text of a Trade with the exchange's digits, always with these fields in this order, without spaces. */
export const tradeText = ({ pair, trade_id, side, price, qty, timestamp_ms }: ExchangeTrade): string =>
  `{"pair":${JSON.stringify(pair)},"trade_id":${trade_id},"side":${side === null ? 'null' : `"${side}"`},"price":${price},"qty":${qty},"timestamp_ms":${timestamp_ms}}`

/** @returns the record of a candle that the exchange computed for a window before the pair's first trade. */
export const seedRecord = (topic: string, partition: number, seed: Seed): OutRecord =>
  controlRecord(topic, partition, 'seed', seed)

/** @returns an entry's record in the topic of trades; undefined for a rejected trade, which has no record. */
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
    return controlRecord(topic, partition, 'gap', { pair, from_ms: entry.from_ms, to_ms: entry.to_ms })
  return controlRecord(topic, partition, 'watermark', { pair, watermark_ms: entry.watermark_ms })
}
