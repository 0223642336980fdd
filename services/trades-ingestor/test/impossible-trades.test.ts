import { EXCHANGE_NAMES, EXCHANGES, type ExchangeName, type HttpGet } from '@candlewick/exchanges'
import { describe, expect, it } from 'vitest'
import { jsonOf, records, START_MS, stop, type World, world } from './harness.ts'

const SECOND_MS = 1000
const HOUR_MS = 3_600_000
const PAIR = 'BTC/USD'
const OTHER = 'ETH/USD'

/** Sets the quantity of the pair's trade to 0 in every message and answer. */
function zeroTrade(text: string, id: number): string {
  const isTarget = (row: string) =>
    (row.includes(`"trade_id":${id},`) ||
      row.includes(`"trade_id":"${id}"`) ||
      row.includes(`"t":${id},`) ||
      row.includes(`"id":${id},`)) &&
    !/ETH[/-]?USD/.test(row)
  return text
    .replace(/\{[^{}]*\}/g, row =>
      isTarget(row) ? row.replace(/"(qty|size|q)":("?)[\d.]+/, '"$1":$20.00000000') : row,
    )
    .replace(/\["[\d.]+","[\d.]+",[^\]]*,(\d+)\]/g, (row, rowId) =>
      Number(rowId) === id ? row.replace(/^\["([\d.]+)","[\d.]+"/, '["$1","0.00000000"') : row,
    )
}

/** An ingestor whose exchange has one trade of quantity 0 of {@link PAIR}. */
function withZeroTrade(spoken: ExchangeName, choose: (on: World) => number, historyMs = 0) {
  const on = world({ spoken, tradesPerSecond: 2 })
  const id = choose(on)
  const get: HttpGet = async (url, signal) => {
    const response = await on.exchange.get(url, signal)
    return /ETH-?USD/.test(url) ? response : { ...response, text: zeroTrade(response.text, id) }
  }
  const connect: typeof on.exchange.connect = (url, handlers) =>
    on.exchange.connect(url, { ...handlers, message: text => handlers.message(zeroTrade(text, id)) })
  const pairs = [PAIR, OTHER]
  const { history } = EXCHANGES[spoken]({ pairs, get, clock: on.clock })
  const start = () => {
    const ingestor = on.ingestor({ pairs, history, historyMs, source: on.feed(pairs, connect) })
    return { ingestor, running: ingestor.run() }
  }
  const rejected = () => on.events.flatMap(event => (event.type === 'rejected' ? event.trades : []))
  return { on, id, start, rejected }
}

async function expectNoGapBut(on: World, id: number): Promise<void> {
  const all = (await records(on.cluster)).flat()
  expect(all.filter(({ headers }) => headers?.control === 'gap')).toEqual([])
  for (const pair of [PAIR, OTHER]) {
    const own = all.filter(({ key, headers }) => key === pair && !headers?.control)
    const ids = own.map(({ value }) => JSON.parse(value?.toString() ?? '').trade_id)
    const whole = Array.from({ length: ids.at(-1) - ids[0] + 1 }, (_, i) => ids[0] + i)
    expect(ids.length).toBeGreaterThan(50)
    expect(ids).toEqual(pair === PAIR ? whole.filter(each => each !== id) : whole)
  }
}

const lost = (on: World) => on.events.filter(({ type }) => type === 'disconnected')

describe.each(EXCHANGE_NAMES)('%s: a trade of quantity 0', spoken => {
  it('in an update is left out once, opens no gap and costs no connection', async () => {
    const { on, id, start, rejected } = withZeroTrade(spoken, ({ exchange }) => exchange.lastId(PAIR) + 20)
    const { ingestor, running } = start()
    await on.clock.pass(40 * SECOND_MS)
    expect(ingestor.ready()).toBeUndefined()
    expect(lost(on)).toEqual([])
    // The next connection's snapshot or history contains the trade again.
    on.exchange.cut()
    await on.clock.pass(20 * SECOND_MS)
    expect(ingestor.ready()).toBeUndefined()
    await stop(on, ingestor)
    await running
    await expectNoGapBut(on, id)
    expect(rejected()).toEqual([{ pair: PAIR, trade_id: id, field: 'qty', problem: 'qty 0.00000000 is not positive' }])
  })

  it.each([1, 2, 30])('as number %i of the newest trades at the start does not affect the others', async back => {
    const { on, id, start, rejected } = withZeroTrade(spoken, ({ exchange }) => exchange.lastId(PAIR) - back)
    const { ingestor, running } = start()
    await on.clock.pass(60 * SECOND_MS)
    expect(ingestor.ready()).toBeUndefined()
    await stop(on, ingestor)
    await running
    await expectNoGapBut(on, id)
    expect(lost(on)).toEqual([])
    expect(rejected().length).toBeLessThanOrEqual(1)
  })

  it.each(['in the middle of', 'at the beginning of'])('%s the history is left out once', async where => {
    const { on, id, start, rejected } = withZeroTrade(
      spoken,
      ({ exchange }) =>
        where === 'in the middle of'
          ? exchange.lastId(PAIR) - 3000
          : exchange.lastIdBefore(PAIR, exchange.time.now() - HOUR_MS) + 1,
      HOUR_MS,
    )
    const { ingestor, running } = start()
    expect(await on.clock.pass(120 * SECOND_MS, () => ingestor.ready() === undefined)).toBe(true)
    await stop(on, ingestor)
    await running
    await expectNoGapBut(on, id)
    expect(rejected().length).toBeLessThanOrEqual(1)
  })

  it('inside a gap is left out, and the gap is filled around it', async () => {
    const { on, id, start, rejected } = withZeroTrade(spoken, ({ exchange }) => exchange.lastId(PAIR) + 60)
    const { ingestor, running } = start()
    await on.clock.pass(20 * SECOND_MS)
    on.exchange.fault('disconnect')
    on.exchange.time.speed = 1
    for (let i = 0; i < 30; i++) {
      on.exchange.fault('gap')
      await on.clock.pass(SECOND_MS)
    }
    await on.clock.pass(20 * SECOND_MS)
    expect(ingestor.ready()).toBeUndefined()
    await stop(on, ingestor)
    await running
    await expectNoGapBut(on, id)
    expect(rejected()).toHaveLength(1)
  })

  it('is passed by the cursor, so that a restart does not fetch it again', async () => {
    const { on, id, start, rejected } = withZeroTrade(spoken, ({ exchange }) => exchange.lastId(PAIR) + 20)
    const first = start()
    await on.clock.pass(20 * SECOND_MS, () => rejected().length > 0)
    await stop(on, first.ingestor)
    await first.running
    const second = start()
    await on.clock.pass(30 * SECOND_MS)
    expect(second.ingestor.ready()).toBeUndefined()
    await stop(on, second.ingestor)
    await second.running
    await expectNoGapBut(on, id)
    expect(rejected()).toHaveLength(1)
  })
})

it('leaves out a trade dated years ahead, after which no watermark would ever be written', async () => {
  const on = world({ rates: { [PAIR]: 0.2 } })
  const id = on.exchange.lastId(PAIR) + 3
  const connect: typeof on.exchange.connect = (url, handlers) =>
    on.exchange.connect(url, {
      ...handlers,
      message: text =>
        handlers.message(
          text.replace(/\{"symbol":"BTC[^{}]*\}/g, row =>
            row.includes(`"trade_id":${id},`) ? row.replace(/"timestamp":"2026/, '"timestamp":"2099') : row,
          ),
        ),
    })
  const ingestor = on.ingestor({ pairs: [PAIR], source: on.feed([PAIR], connect), baseMs: SECOND_MS })
  const running = ingestor.run()
  await on.clock.pass(60 * SECOND_MS)
  expect(ingestor.ready()).toBeUndefined()
  await stop(on, ingestor)
  await running
  const own = (await records(on.cluster)).flat().filter(({ key }) => key === PAIR)
  const times = own.map(jsonOf)
  expect(
    Math.max(...times.flatMap(({ timestamp_ms, watermark_ms }) => timestamp_ms ?? watermark_ms ?? [])),
  ).toBeLessThan(START_MS + 60 * SECOND_MS)
  expect(own.filter(({ headers }) => headers?.control === 'watermark').length).toBeGreaterThan(20)
  expect(own.filter(({ headers }) => headers?.control === 'gap')).toEqual([])
  expect(on.events.filter(({ type }) => type === 'rejected')).toMatchObject([
    { trades: [{ pair: PAIR, trade_id: id, field: 'timestamp' }] },
  ])
})
