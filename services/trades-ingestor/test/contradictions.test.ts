import { describe, expect, it } from 'vitest'
import { jsonOf, records, stop, type World, world } from './harness.ts'

const SECOND_MS = 1000
const PAIR = 'ETH/USD'

/** Kraken's socket, whose trade messages of the pair can be changed while the ingestor runs. */
function tampered(tamper: (text: string) => string) {
  const on = world({ rates: { [PAIR]: 20 } })
  const state = { isOn: false }
  const connect: typeof on.exchange.connect = (url, handlers) =>
    on.exchange.connect(url, {
      ...handlers,
      message: text =>
        handlers.message(
          state.isOn && text.includes('"channel":"trade","type"') && text.includes(PAIR) ? tamper(text) : text,
        ),
    })
  const pairs = ['BTC/USD', PAIR]
  const ingestor = on.ingestor({ pairs, source: on.feed(pairs, connect), baseMs: SECOND_MS, intervals: ['1s'] })
  return { on, ingestor, state }
}

/** Gives the trades ids from 1 on, in place of their own. */
function fromOne(): (text: string) => string {
  const ids = new Map<string, number>()
  return text =>
    text.replace(/"trade_id":(\d+)/g, (_, id: string) => {
      ids.set(id, ids.get(id) ?? ids.size + 1)
      return `"trade_id":${ids.get(id)}`
    })
}

const contradicting = (on: World) => on.events.flatMap(event => (event.type === 'contradicting' ? event.trades : []))
const recordsOf = async (on: World) => (await records(on.cluster)).flat().filter(({ key }) => key === PAIR)
const gapsOf = async (on: World) =>
  (await recordsOf(on)).filter(({ headers }) => headers?.control === 'gap').map(record => jsonOf(record))

describe('a trade whose id another trade has', () => {
  it('is reported and makes its windows incomplete before they close, when the exchange starts its ids from 1 again', async () => {
    const { on, ingestor, state } = tampered(fromOne())
    const running = ingestor.run()
    await on.clock.pass(20 * SECOND_MS)
    expect(contradicting(on)).toEqual([])
    state.isOn = true
    await on.clock.pass(20 * SECOND_MS)
    await stop(on, ingestor)
    await running
    const dropped = contradicting(on)
    expect(dropped.length).toBeGreaterThan(200)
    let promised = 0
    const marked = new Set<number>()
    for (const record of await recordsOf(on)) {
      const { watermark_ms, timestamp_ms, from_ms, to_ms } = jsonOf(record)
      promised = Math.max(promised, watermark_ms ?? timestamp_ms ?? 0)
      for (const { timestamp_ms: ms } of dropped) if (ms >= from_ms && ms < to_ms && promised <= ms) marked.add(ms)
    }
    expect(marked).toEqual(new Set(dropped.map(({ timestamp_ms }) => timestamp_ms)))
  })

  it.each([
    ['price', (text: string) => text.replace(/"price":\d/, '"price":9')],
    ['quantity', (text: string) => text.replace(/"qty":\d/, '"qty":9')],
    [
      'side',
      (text: string) => text.replace(/"side":"(buy|sell)"/, (_, side) => `"side":"${side === 'buy' ? 'sell' : 'buy'}"`),
    ],
  ])('is reported once if its %s differs in the snapshot after a reconnect', async (_name, tamper) => {
    const { on, ingestor, state } = tampered(tamper)
    const running = ingestor.run()
    await on.clock.pass(20 * SECOND_MS)
    state.isOn = true
    on.exchange.cut()
    await on.clock.pass(1)
    await on.clock.pass(SECOND_MS, () => contradicting(on).length > 0)
    state.isOn = false
    await on.clock.pass(10 * SECOND_MS)
    await stop(on, ingestor)
    await running
    expect(contradicting(on)).toHaveLength(1)
    expect(await gapsOf(on)).toHaveLength(1)
  })

  it('leaves a gap behind when the write fails', async () => {
    const { on, state } = tampered(fromOne())
    const pairs = ['BTC/USD', PAIR]
    const renumber = fromOne()
    const connect: typeof on.exchange.connect = (url, handlers) =>
      on.exchange.connect(url, {
        ...handlers,
        message: text => handlers.message(state.isOn && text.includes(PAIR) ? renumber(text) : text),
      })
    let steps = 0
    const step = async () => {
      if (state.isOn && ++steps % 7 === 0) throw new Error('the broker fails')
    }
    const ingestor = on.ingestor({ pairs, source: on.feed(pairs, connect), baseMs: SECOND_MS, faults: { step } })
    const running = ingestor.run()
    await on.clock.pass(30 * SECOND_MS)
    state.isOn = true
    await on.clock.pass(30 * SECOND_MS)
    await stop(on, ingestor)
    await running
    expect(on.events.some(({ type }) => type === 'failed')).toBe(true)
    const gaps = await gapsOf(on)
    for (const { timestamp_ms: ms } of contradicting(on))
      expect(gaps.some(({ from_ms, to_ms }) => ms >= from_ms && ms < to_ms)).toBe(true)
  })
})

it('a trade that comes again unchanged is a duplicate, also after a restart and from the history', async () => {
  const { on, ingestor } = tampered(text => text)
  const running = ingestor.run()
  for (let i = 0; i < 5; i++) {
    await on.clock.pass(10 * SECOND_MS)
    if (i % 2) on.exchange.fault('gap')
    else on.exchange.cut()
  }
  await stop(on, ingestor)
  await running
  const next = on.ingestor({ pairs: ['BTC/USD', PAIR], baseMs: SECOND_MS })
  const again = next.run()
  await on.clock.pass(20 * SECOND_MS)
  await stop(on, next)
  await again
  expect(contradicting(on)).toEqual([])
  expect(on.events.some(({ type }) => type === 'duplicates')).toBe(true)
  expect(await gapsOf(on)).toEqual([])
})
