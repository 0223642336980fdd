import type { Connect } from '@candlewick/exchanges'
import { expect, it } from 'vitest'
import { ExchangeClock } from '../src/exchange-clock.ts'
import { jsonOf, PAIRS, records, runFor, type World, world } from './harness.ts'

const STALL_EVERY_MS = 10_000
const STALL_MS = 4000
const DRIP_MS = 30

/**
 * A connection that stalls now and then, as TCP does after packet loss, and then delivers the delayed messages bit by bit.
 */
const stalling =
  ({ exchange, clock }: World): Connect =>
  (url, handlers) => {
    const owed: string[] = []
    let open = true
    const socket = exchange.connect(url, {
      ...handlers,
      message: text => owed.push(text),
      closed: reason => {
        open = false
        handlers.closed(reason)
      },
    })
    const deliver = async () => {
      while (open) {
        const standsStill = clock.now() % STALL_EVERY_MS > STALL_EVERY_MS - STALL_MS
        const text = standsStill ? undefined : owed.shift()
        if (text !== undefined) handlers.message(text)
        await clock.sleep(DRIP_MS)
      }
    }
    void deliver()
    return socket
  }

it('writes no watermark past trades that a stalled connection has not delivered yet', async () => {
  const on = world({ tradesPerSecond: 4, tickMs: 100 })
  await runFor(on, 120_000, on.ingestor({ baseMs: 1000, source: on.feed(PAIRS, stalling(on)) }))
  let watermarks = 0
  for (const pair of PAIRS) {
    let promised = 0
    for (const record of (await records(on.cluster)).flat()) {
      const { key, headers } = record
      if (key !== pair) continue
      const { watermark_ms, timestamp_ms } = jsonOf(record)
      if (headers?.control === 'watermark') {
        promised = watermark_ms
        watermarks++
      } else if (!headers?.control) expect(timestamp_ms, pair).toBeGreaterThanOrEqual(promised)
    }
  }
  expect(watermarks).toBeGreaterThan(20)
})

it('also knows the exchange’s time from before a connection’s silence', () => {
  const clock = new ExchangeClock()
  clock.reported(13_000, 500)
  expect([clock.now(100), clock.now(900)]).toEqual([12_600, 13_400])
})
