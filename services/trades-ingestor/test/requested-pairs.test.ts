import { describe, expect, it } from 'vitest'
import { tradeText } from '../src/records.ts'
import { jsonOf, records, stop, tradeTexts, type World, world } from './harness.ts'

const SECOND_MS = 1000

const published = async (on: World) => new Set((await records(on.cluster)).flat().map(({ key }) => key))

describe('a USDC pair of Coinbase, whose trades are sent under its USD product', () => {
  it.each([
    ['by its own product', (text: string) => text],
    [
      'by its USD product',
      (text: string) => (text.includes('subscriptions') ? text.replace('BTC-USDC', 'BTC-USD') : text),
    ],
  ])('is published under its own name when it is acknowledged %s', async (_name, tamper) => {
    const on = world({ spoken: 'coinbase' })
    const pairs = ['BTC/USDC', 'ETH/USD']
    const connect: typeof on.exchange.connect = (url, handlers) =>
      on.exchange.connect(url, { ...handlers, message: text => handlers.message(tamper(text)) })
    const ingestor = on.ingestor({ pairs, source: on.feed(pairs, connect), historyMs: 60_000 })
    const running = ingestor.run()
    await on.clock.pass(20 * SECOND_MS)
    on.exchange.fault('gap')
    await on.clock.pass(10 * SECOND_MS)
    on.exchange.cut()
    await on.clock.pass(20 * SECOND_MS)
    expect(ingestor.ready()).toBeUndefined()
    await stop(on, ingestor)
    await running
    expect(await published(on)).toEqual(new Set(pairs))
    const texts = await tradeTexts(on.cluster, 'BTC/USDC')
    const { trade_id } = JSON.parse(texts[0] ?? '')
    // The history of the minute before, without a gap to the live trades.
    expect(texts.length).toBeGreaterThan(600)
    expect(texts).toEqual(
      on.exchange
        .trades('BTC/USD', trade_id, trade_id + texts.length - 1)
        .map(trade => tradeText({ ...trade, pair: 'BTC/USDC' })),
    )
    expect((await records(on.cluster)).flat().filter(({ headers }) => headers?.control === 'gap')).toEqual([])
  })
})

describe('a granted pair without trades, while trades of an unrequested pair arrive', () => {
  /** Kraken’s socket delivers the trades of ETH/USD under another name while `renamed` is true. */
  function renaming() {
    const on = world({ rates: { 'ETH/USD': 2 } })
    const names = { renamed: true }
    const connect: typeof on.exchange.connect = (url, handlers) =>
      on.exchange.connect(url, {
        ...handlers,
        message: text =>
          handlers.message(
            names.renamed && text.includes('"channel":"trade","type"') ? text.replaceAll('ETH/USD', 'FOO/USD') : text,
          ),
      })
    const pairs = ['BTC/USD', 'ETH/USD']
    const ingestor = on.ingestor({ pairs, source: on.feed(pairs, connect), baseMs: SECOND_MS })
    return { on, ingestor, names }
  }

  const REASON =
    'ETH/USD refused: subscribed, but without trades, while the exchange sends trades of FOO/USD, which was not requested'

  it('is reported, and no window of it closes; the other pair continues', async () => {
    const { on, ingestor } = renaming()
    const running = ingestor.run()
    await on.clock.pass(60 * SECOND_MS)
    expect(ingestor.ready()).toBe(REASON)
    expect([...ingestor.status().refused.keys()]).toEqual(['ETH/USD'])
    await stop(on, ingestor)
    await running
    expect(await published(on)).toEqual(new Set(['BTC/USD']))
    expect(on.events.filter(({ type }) => type === 'disconnected')).toEqual([])
  })

  it('gets no watermark after its last trade when it is renamed on an open connection', async () => {
    const { on, ingestor, names } = renaming()
    names.renamed = false
    const running = ingestor.run()
    await on.clock.pass(10 * SECOND_MS)
    names.renamed = true
    const renamedAt = on.clock.wall()
    await on.clock.pass(60 * SECOND_MS)
    expect(ingestor.ready()).toBe(REASON)
    const own = (await records(on.cluster)).flat().filter(({ key }) => key === 'ETH/USD')
    const promised = own.map(jsonOf).flatMap(({ watermark_ms, timestamp_ms }) => watermark_ms ?? timestamp_ms ?? [])
    expect(Math.max(...promised)).toBeLessThanOrEqual(renamedAt + SECOND_MS)
    names.renamed = false
    await on.clock.pass(10 * SECOND_MS)
    expect(ingestor.ready()).toBeUndefined()
    await stop(on, ingestor)
    await running
    const texts = await tradeTexts(on.cluster, 'ETH/USD')
    const { trade_id } = JSON.parse(texts[0] ?? '')
    expect(texts).toEqual(on.exchange.trades('ETH/USD', trade_id, trade_id + texts.length - 1).map(tradeText))
    expect((await records(on.cluster)).flat().filter(({ headers }) => headers?.control === 'gap')).toEqual([])
    expect(on.events.filter(({ type }) => type === 'disconnected')).toEqual([])
  })

  it('gets no watermark after its last trade, and has all its trades once they arrive under its name again', async () => {
    const { on, ingestor, names } = renaming()
    names.renamed = false
    const running = ingestor.run()
    await on.clock.pass(10 * SECOND_MS)
    expect(ingestor.ready()).toBeUndefined()
    names.renamed = true
    on.exchange.cut()
    const lostAt = on.clock.wall()
    await on.clock.pass(60 * SECOND_MS)
    expect(ingestor.ready()).toBe(REASON)
    const before = (await records(on.cluster)).flat().filter(({ key }) => key === 'ETH/USD')
    const times = before.map(jsonOf)
    const promised = times.flatMap(({ watermark_ms, timestamp_ms }) => watermark_ms ?? timestamp_ms ?? [])
    expect(Math.max(...promised)).toBeLessThanOrEqual(lostAt)
    names.renamed = false
    await on.clock.pass(30 * SECOND_MS)
    expect(ingestor.ready()).toBeUndefined()
    await stop(on, ingestor)
    await running
    const texts = await tradeTexts(on.cluster, 'ETH/USD')
    const { trade_id } = JSON.parse(texts[0] ?? '')
    expect(texts.length).toBeGreaterThan(200)
    expect(texts).toEqual(on.exchange.trades('ETH/USD', trade_id, trade_id + texts.length - 1).map(tradeText))
    expect((await records(on.cluster)).flat().filter(({ headers }) => headers?.control === 'gap')).toEqual([])
    expect(await published(on)).toEqual(new Set(['BTC/USD', 'ETH/USD']))
  })
})
