import { EXCHANGES, type History } from '@candlewick/exchanges'
import type { LogRecord } from '@candlewick/streams'
import { expect, it } from 'vitest'
import { jsonOf, records, START_MS, stop, type World, world } from './harness.ts'

const SECOND_MS = 1000
const HOUR_MS = 3_600_000
const PAIR = 'BTC/USD'

const recordsOf = async (on: World): Promise<LogRecord[]> =>
  (await records(on.cluster)).flat().filter(r => r.key === PAIR)
const ids = (all: LogRecord[]) => all.filter(r => !r.headers?.control).map(r => jsonOf(r).trade_id)
const ofKind = (all: LogRecord[], kind: string) => all.filter(r => r.headers?.control === kind).map(jsonOf)
const contiguous = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i)

it('fills a gap from the history before it writes the trades behind it', async () => {
  const on = world()
  const ingestor = on.ingestor({ pairs: [PAIR] })
  const running = ingestor.run()
  await on.clock.pass(5 * SECOND_MS)
  on.exchange.fault('gap')
  await on.clock.pass(20 * SECOND_MS)
  await stop(on, ingestor)
  await running
  const all = await recordsOf(on)
  const written = ids(all)
  expect(written).toEqual(contiguous(written[0], written.length))
  expect(on.events.filter(({ type }) => type === 'gap-filled')).toHaveLength(1)
  expect(ofKind(all, 'gap')).toEqual([])
})

it('buffers trades, is not ready and writes no watermark while the history does not answer', async () => {
  const on = world({ rates: { [PAIR]: 0.05 } })
  let away = true
  const real = EXCHANGES.kraken({ pairs: [], get: on.exchange.get, clock: on.clock }).history
  const history: History = {
    page: async (...asked) => {
      if (away) throw new Error('HTTP 503')
      return real.page(...asked)
    },
  }
  let lost = 0
  const connect: typeof on.exchange.connect = (url, handlers) =>
    on.exchange.connect(url, {
      ...handlers,
      message: text => {
        if (!text.includes('"type":"update","data":[{"symbol"') || lost++ > 0) handlers.message(text)
      },
    })
  const ingestor = on.ingestor({ pairs: [PAIR], history, source: on.feed([PAIR], connect) })
  const running = ingestor.run()
  await on.clock.pass(5 * SECOND_MS)
  await on.clock.pass(200 * SECOND_MS, () => /gap/.test(ingestor.ready() ?? ''))
  const before = await recordsOf(on)
  await on.clock.pass(240 * SECOND_MS)
  expect(await recordsOf(on)).toEqual(before)
  expect(ingestor.ready()).toBe(`the feed is lost or a gap is being filled: ${PAIR}`)
  expect(on.events.filter(({ type }) => type === 'history-failed').length).toBeGreaterThan(3)
  away = false
  expect(await on.clock.pass(60 * SECOND_MS, () => ingestor.ready() === undefined)).toBe(true)
  await stop(on, ingestor)
  await running
  const written = ids(await recordsOf(on))
  expect(written).toEqual(contiguous(written[0], on.exchange.lastId(PAIR) - written[0] + 1))
})

it('writes a gap record and reports an event if the exchange itself lacks trades, and continues', async () => {
  const on = world()
  const real = EXCHANGES.kraken({ pairs: [], get: on.exchange.get, clock: on.clock }).history
  const lacking = on.exchange.lastId(PAIR) + 100
  const isThere = ({ trade_id }: { trade_id: number }) => trade_id < lacking || trade_id >= lacking + 3
  const history: History = {
    page: async (...asked) => {
      const { trades, ...page } = await real.page(...asked)
      return { ...page, trades: trades.filter(isThere) }
    },
  }
  const connect: typeof on.exchange.connect = (url, handlers) =>
    on.exchange.connect(url, {
      ...handlers,
      message: text =>
        handlers.message(
          text
            .replaceAll(/\{"symbol":[^}]*"trade_id":(\d+)[^}]*\},?/g, (row, id) =>
              isThere({ trade_id: Number(id) }) ? row : '',
            )
            .replace(',]', ']'),
        ),
    })
  const ingestor = on.ingestor({ pairs: [PAIR], history, source: on.feed([PAIR], connect) })
  const running = ingestor.run()
  await on.clock.pass(90 * SECOND_MS)
  await stop(on, ingestor)
  await running
  const all = await recordsOf(on)
  const written = ids(all)
  expect(written).toEqual(
    contiguous(written[0], written.at(-1) - written[0] + 1).filter(id => isThere({ trade_id: id })),
  )
  const [before, after] = [lacking - 1, lacking + 3].map(id => all.map(jsonOf).find(({ trade_id }) => trade_id === id))
  expect(ofKind(all, 'gap')).toEqual([{ pair: PAIR, from_ms: before.timestamp_ms, to_ms: after.timestamp_ms + 1 }])
  const at = all.findIndex(record => record.headers?.control === 'gap')
  expect([jsonOf(all[at - 1]!).trade_id, jsonOf(all[at + 1]!).trade_id]).toEqual([lacking - 1, lacking + 3])
  expect(on.events.filter(({ type }) => type === 'gap-unfillable')).toMatchObject([{ pair: PAIR, gap: { trades: 3 } }])
})

it('begins a new pair with the configured history, without a gap, and writes from which time on it is complete', async () => {
  const on = world({ tradesPerSecond: 2 })
  const ingestor = on.ingestor({ pairs: [PAIR], historyMs: 2 * HOUR_MS })
  const running = ingestor.run()
  expect(await on.clock.pass(120 * SECOND_MS, () => ingestor.ready() === undefined)).toBe(true)
  await on.clock.pass(5 * SECOND_MS)
  await stop(on, ingestor)
  await running
  const all = await recordsOf(on)
  const [birth] = ofKind(all, 'arrive')
  expect(Math.abs(birth.complete_from_ms - (START_MS - 2 * HOUR_MS))).toBeLessThan(1000)
  const written = ids(all)
  expect(written).toEqual(contiguous(written[0], written.length))
  const [before, first] = on.exchange.trades(PAIR, written[0] - 1, written[0])
  expect(before?.timestamp_ms).toBeLessThan(birth.complete_from_ms)
  expect(first?.timestamp_ms).toBeGreaterThanOrEqual(birth.complete_from_ms)
  expect(written.length).toBeGreaterThan(10_000)
})

it('continues to fetch the history after a crash where it was interrupted', async () => {
  const on = world({ tradesPerSecond: 2 })
  let left = 20
  const step = () => (left-- > 0 ? Promise.resolve() : new Promise<void>(() => {}))
  void on.ingestor({ pairs: [PAIR], historyMs: 2 * HOUR_MS, faults: { step } }).run()
  await on.clock.pass(10 * SECOND_MS)
  const before = ids(await recordsOf(on)).length
  expect(before).toBeGreaterThan(0)
  const ingestor = on.ingestor({ pairs: [PAIR], historyMs: 2 * HOUR_MS })
  const running = ingestor.run()
  expect(await on.clock.pass(120 * SECOND_MS, () => ingestor.ready() === undefined)).toBe(true)
  await stop(on, ingestor)
  await running
  const written = ids(await recordsOf(on))
  expect(written.length).toBeGreaterThan(before)
  expect(written).toEqual(contiguous(written[0], written.length))
  expect(ofKind(await recordsOf(on), 'arrive')).toHaveLength(1)
})
