import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ProductNames } from '../src/coinbase/names.ts'
import {
  EXCHANGE_NAMES,
  EXCHANGES,
  Feed,
  type FeedEvent,
  pairProblem,
  SimulatedExchange,
  VirtualClock,
} from '../src/index.ts'

const LETTERS = fc.constantFrom(...'ABCXYZ09', '币', '安', 'Ж', 'É', '.', '$', '_')
const asset = fc.string({ unit: LETTERS, minLength: 1, maxLength: 8 }).map(text => `${text}Q`)
/** Names with capitals and letters of other alphabets, some with a small letter behind, as Kraken's xStocks have. */
const pairs = fc.tuple(asset, fc.constantFrom('', 'x'), fc.constantFrom('USD', 'USDT', 'EUR', 'BTC'))
const PAIR_NAMES = pairs.map(([base, suffix, quote]) => `${base}${suffix}/${quote}`)

describe('the name of a pair', () => {
  it.each(['BTC/USD', 'AAPLx/USD', '币安人生/USDT', '1INCH/EUR', 'BTC.d/USD', 'A/B', '$U/USD'])('can be %s', name =>
    expect(pairProblem(name)).toBeUndefined(),
  )

  it.each([
    ['BTCUSD', 'is not BASE/QUOTE, e.g. BTC/USD'],
    ['BTC/', 'is not BASE/QUOTE, e.g. BTC/USD'],
    ['BTC/USD/EUR', 'is not BASE/QUOTE, e.g. BTC/USD'],
    ['BTC /USD', 'is not BASE/QUOTE, e.g. BTC/USD'],
    ['BTC\u0000/USD', 'is not BASE/QUOTE, e.g. BTC/USD'],
    ['btc/usd', 'is in small letters: write BTC/USD'],
    ['btc/USD', 'is in small letters: write BTC/USD'],
    ['XBT/USD', 'is a former name: write BTC/USD'],
    ['ETH/XBT', 'is a former name: write ETH/BTC'],
    ['XDG/XBT', 'is a former name: write DOGE/BTC'],
    [`${'A'.repeat(100)}/USD`, 'is longer than 100 characters'],
  ])('cannot be %s', (name, problem) => expect(pairProblem(name)).toBe(problem))

  it('accepts any generated name', () => fc.assert(fc.property(PAIR_NAMES, name => pairProblem(name) === undefined)))
})

/** Lets a feed of the pairs run in simulated time. */
async function fed(name: (typeof EXCHANGE_NAMES)[number], pairs: readonly string[], tamper = (text: string) => text) {
  const clock = new VirtualClock(Date.UTC(2026, 5, 1))
  const exchange = new SimulatedExchange({ clock })
  const events: FeedEvent[] = []
  const spoken = EXCHANGES[name]({ pairs, get: exchange.get, clock })
  const feed = new Feed({
    dialect: spoken.dialect,
    pairs,
    clock,
    connect: (url, handlers) => exchange.connect(url, { ...handlers, message: text => handlers.message(tamper(text)) }),
    emit: event => events.push(event),
  })
  feed.start()
  await clock.pass(15_000)
  await feed.stop()
  const messages = events.flatMap(event => (event.type === 'message' ? [event.message] : []))
  const trades = messages.flatMap(message => (message.type === 'trades' ? message.trades : []))
  return { clock, events, messages, trades, spoken, exchange }
}

describe.each(EXCHANGE_NAMES)('%s', name => {
  it('delivers any pair under its requested name, by socket and by history', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(PAIR_NAMES, { minLength: 1, maxLength: 4, selector: p => p.toUpperCase() }),
        async pairs => {
          const { clock, trades, messages, spoken } = await fed(name, pairs)
          expect(new Set(trades.map(({ pair }) => pair))).toEqual(new Set(pairs))
          expect(messages.filter(({ type }) => type === 'unrequested' || type === 'refused')).toEqual([])
          for (const pair of pairs) {
            const own = trades.filter(trade => trade.pair === pair)
            const page = spoken.history.page(pair, own[0]!, new AbortController().signal)
            await clock.pass(60_000)
            expect((await page).trades.slice(0, 20)).toEqual(own.slice(1, 21))
          }
        },
      ),
      { numRuns: 15, seed: 1 },
    )
  })

  it('never delivers a pair that was not requested, and reports it by name with the pairs that have no trades', async () => {
    const rename = (text: string) =>
      text.includes('trade_id') || text.includes('"e":"trade"')
        ? text.replaceAll(/ETH([/-]?)USDT/g, 'FOO$1USDT').replaceAll('ethusdt', 'foousdt')
        : text
    const { events, messages, trades } = await fed(name, ['BTC/USDT', 'ETH/USDT'], rename)
    expect(new Set(trades.map(({ pair }) => pair))).toEqual(new Set(['BTC/USDT']))
    const reports = messages.filter(message => message.type === 'unrequested')
    expect(reports.length).toBeGreaterThan(5)
    const pair = name === 'binance' ? 'FOOUSDT' : 'FOO/USDT'
    for (const report of reports) expect(report).toMatchObject({ pair, trades: expect.any(Number) })
    expect(reports.at(-1)).toMatchObject({ silent: ['ETH/USDT'] })
    expect(events.filter(({ type }) => type === 'disconnected')).toEqual([])
  })
})

describe('Coinbase’s products', () => {
  it('of USD count as trades of the USDC pair when that pair was requested', () => {
    const names = new ProductNames(['BTC/USDC', 'ETH/USD', 'EURC/USDC'])
    expect(['BTC-USD', 'BTC-USDC', 'ETH-USD', 'ETH-USDC', 'SOL-USD'].map(product => names.pairOf(product))).toEqual([
      'BTC/USDC',
      'BTC/USDC',
      'ETH/USD',
      'ETH/USDC',
      'SOL/USD',
    ])
    // The ids are those of the product under which the trades come.
    expect(['BTC/USDC', 'ETH/USD', 'EURC/USDC'].map(pair => names.bookOf(pair))).toEqual([
      'BTC-USD',
      'ETH-USD',
      'EURC-USDC',
    ])
  })

  it('of USD and USDC cannot both be requested', () => {
    expect(() => EXCHANGES.coinbase({ pairs: ['BTC/USDC', 'ETH/USD', 'BTC/USD'] })).toThrow(
      'BTC/USD and BTC/USDC are one order book at Coinbase, so name only one of them',
    )
  })
})
