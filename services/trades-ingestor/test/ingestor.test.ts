import { expect, it } from 'vitest'
import { tradeText } from '../src/records.ts'
import { jsonOf, PAIRS, records, runFor, START_MS, tradeTexts, world } from './harness.ts'

const MINUTE_MS = 60_000

it('writes each trade of the exchange once, in order, with its own digits, after a birth record', async () => {
  const on = world()
  await runFor(on, MINUTE_MS)
  for (const pair of PAIRS) {
    const texts = await tradeTexts(on.cluster, pair)
    const ids = texts.map(text => JSON.parse(text).trade_id)
    expect(ids.length).toBeGreaterThan(100)
    expect(texts).toEqual(on.exchange.trades(pair, ids[0], ids.at(-1)).map(tradeText))
  }
  const partitions = await records(on.cluster)
  expect(partitions.map(own => own[0]?.headers?.control)).toEqual(['arrive', 'arrive', 'arrive'])
  const births = partitions.map(own => jsonOf(own[0]!))
  for (const [i, birth] of births.entries()) {
    const first = jsonOf(partitions[i]![1]!)
    expect(birth).toEqual({ pair: first.pair, epoch: [0, 0], from: null, complete_from_ms: first.timestamp_ms + 1 })
  }
})

it('closes the windows of a quiet pair after a grace period, unless a trade has closed them', async () => {
  const on = world({ rates: { 'DOGE/EUR': 1 / 300 } })
  await runFor(on, 20 * MINUTE_MS)
  const all = (await records(on.cluster)).flat()
  const own = all.filter(({ key }) => key === 'DOGE/EUR').slice(1)
  let lastMs = 0
  let watermarks = 0
  for (const record of own) {
    const { headers, timestamp } = record
    const { timestamp_ms, watermark_ms } = jsonOf(record)
    if (headers?.control === 'watermark') {
      watermarks++
      expect(watermark_ms % MINUTE_MS).toBe(0)
      expect(watermark_ms).toBeGreaterThan(lastMs)
      if (watermark_ms > START_MS) expect(timestamp - watermark_ms).toBeLessThan(3000)
      expect(timestamp - watermark_ms).toBeGreaterThanOrEqual(1000)
    } else expect(timestamp_ms).toBeGreaterThanOrEqual(lastMs)
    lastMs = Math.max(lastMs, watermark_ms ?? timestamp_ms)
  }
  expect(watermarks).toBeGreaterThan(10)
  const busy = all.filter(({ key, headers }) => key === 'BTC/USD' && headers?.control === 'watermark')
  expect(busy.length).toBeLessThan(watermarks)
})
