import { describe, expect, it } from 'vitest'
import {
  EXCHANGES,
  type ExchangeName,
  type ExchangeTrade,
  Feed,
  type FeedEvent,
  Malformed,
  type MappedTrades,
  SimulatedExchange,
  type SimulatedOptions,
  serve,
  UnknownPair,
  VirtualClock,
} from '../src/index.ts'
import { describeImpossibleRows } from './impossible-rows.ts'

/** The raw messages of an exchange that its dialect and mapper are tested with. */
export interface Captures {
  /** The pairs of the messages. */
  readonly pairs: readonly string[]
  /** Name, message and expected meaning. */
  readonly messages: readonly (readonly [string, string, readonly object[]])[]
  /** Name, a frame that is not a JSON object, and the reason. */
  readonly malformed: readonly (readonly [string, string, RegExp])[]
  /** Name, a frame whose trades cannot be found, and the reason. */
  readonly unreadable: readonly (readonly [string, string, RegExp])[]
  /** Name, a frame with one row that holds no usable trade, and the reason. */
  readonly rejected: readonly (readonly [string, string, RegExp])[]
  /** A trade of the first pair as a row of the socket, and the frames that carry such rows. */
  socketRow(trade: ExchangeTrade): string
  frames(rows: readonly string[], snapshot: boolean): readonly string[]
  /** A trade as a row of the REST interface, and an answer with such rows. */
  restRow(trade: ExchangeTrade): string
  answer(rows: readonly string[]): string
  readRest(pair: string, text: string): MappedTrades
}

const START_MS = Date.UTC(2026, 5, 1)
const signal = new AbortController().signal
const DIGITS: readonly (readonly [string, string])[] = [
  ['64000.10', '0.00000001'],
  ['0.000012345678901234', '123456789012345678'],
  ['0.000000001', '1000000000000.000001'],
  ['123456789012345.678', '0.100000000000000005'],
  ['1.50', '20.000000000000000000'],
]

function simulated(name: ExchangeName, pairs: readonly string[], options: SimulatedOptions = {}) {
  const clock = new VirtualClock(START_MS)
  const exchange = new SimulatedExchange({ clock, ...options })
  return { clock, exchange, spoken: EXCHANGES[name]({ pairs, get: exchange.get, clock }) }
}

/** Lets virtual time pass until the promise has settled. */
async function settled<T>(clock: VirtualClock, promise: Promise<T>): Promise<T> {
  let done = false
  const end = () => {
    done = true
  }
  void promise.then(end, end)
  await clock.pass(3_600_000, () => done)
  return promise
}

/** The tests of every exchange's dialect, mapper and history. */
export function describeExchange(name: ExchangeName, captures: Captures): void {
  describe(`${name}: raw messages`, () => {
    const { dialect } = EXCHANGES[name]({ pairs: captures.pairs })
    it.each(captures.messages)('understands %s', (_name, text, meaning) =>
      expect(dialect.read(text)).toMatchObject(meaning),
    )
    it.each(captures.malformed)('refuses %s', (_name, text, reason) => {
      expect(() => dialect.read(text)).toThrow(Malformed)
      expect(() => dialect.read(text)).toThrow(reason)
    })
    it.each(captures.unreadable)('reports %s as unreadable', (_name, text, reason) => {
      const problem = expect.stringMatching(reason)
      expect(dialect.read(text)).toContainEqual({ type: 'unreadable', problem })
    })
    it.each(captures.rejected)('rejects a row with %s, and the row alone', (_name, text, reason) => {
      const problem = expect.stringMatching(reason)
      const messages = dialect.read(text)
      expect(messages).toContainEqual({ type: 'rejected', trades: [expect.objectContaining({ problem })] })
      expect(messages).not.toContainEqual(expect.objectContaining({ type: 'unreadable' }))
    })

    it('refuses every frame that is cut off', () => {
      for (const [, text] of captures.messages)
        for (let length = 0; length < text.length; length++)
          expect(() => dialect.read(text.slice(0, length)), text.slice(0, length)).toThrow(Malformed)
    })

    it.each(DIGITS)('keeps the digits of price %s and quantity %s, on the socket and by REST', (price, qty) => {
      const pair = captures.pairs[0] ?? ''
      for (const side of ['buy', 'sell'] as const) {
        const trade: ExchangeTrade = {
          pair,
          trade_id: 9_007_199_254,
          side,
          price,
          qty,
          timestamp_ms: 1_767_225_600_123,
        }
        const [frame = ''] = captures.frames([captures.socketRow(trade)], false)
        expect(dialect.read(frame).filter(({ type }) => type === 'trades')).toMatchObject([{ trades: [trade] }])
        const answer = captures.answer([captures.restRow(trade)])
        expect(captures.readRest(pair, answer)).toMatchObject({ trades: [trade], rejected: [] })
      }
    })
  })

  describeImpossibleRows(name, captures)

  describe(`${name}: the history of the simulated exchange`, () => {
    const PAIR = captures.pairs[0] ?? ''
    it.each([
      ['without faults', {}],
      [
        'with short pages, a wrong last position, and answers that lag behind',
        { 'short-page': 0.3, 'wrong-last': 0.5, behind: 0.2 },
      ],
    ] as const)('is read from an id to the end, %s', async (_name, faultRates) => {
      const { clock, exchange, spoken } = simulated(name, [PAIR], { faultRates })
      const last = exchange.lastId(PAIR)
      exchange.time.speed = 0
      const [from] = exchange.trades(PAIR, last - 2500, last - 2500)
      const read = async () => {
        const ids: number[] = []
        let after = { trade_id: from?.trade_id ?? 0, timestamp_ms: from?.timestamp_ms ?? 0 }
        while (after.trade_id < last) {
          const { trades } = await spoken.history.page(PAIR, after, signal)
          ids.push(...trades.map(({ trade_id }) => trade_id))
          after = trades.at(-1) ?? after
        }
        expect(await spoken.history.page(PAIR, after, signal)).toEqual({ trades: [], rejected: [], end: true })
        return ids
      }
      expect(await settled(clock, read())).toEqual(Array.from({ length: 2500 }, (_, i) => last - 2499 + i))
    })

    it('is read from a time on without leaving out a trade', async () => {
      const { clock, exchange, spoken } = simulated(name, [PAIR])
      const last = exchange.lastId(PAIR)
      for (const back of [0, 700, 20_000]) {
        const [trade] = exchange.trades(PAIR, last - back, last - back)
        const timestamp_ms = trade?.timestamp_ms ?? 0
        const { trades } = await settled(clock, spoken.history.page(PAIR, { trade_id: null, timestamp_ms }, signal))
        const news = trades.filter(t => t.timestamp_ms >= timestamp_ms)
        const first = news[0]?.trade_id ?? 0
        expect(first).toBeLessThanOrEqual(last - back)
        expect(exchange.trades(PAIR, first - 1, first - 1)[0]?.timestamp_ms).toBeLessThan(timestamp_ms)
        expect(news).toEqual(exchange.trades(PAIR, first, first + news.length - 1))
      }
      const future = spoken.history.page(PAIR, { trade_id: null, timestamp_ms: START_MS + 60_000 }, signal)
      expect(await settled(clock, future)).toEqual({ trades: [], rejected: [], end: true })
    })

    it('has candles that equal a recomputation from its trades', async () => {
      const { clock, exchange, spoken } = simulated(name, [PAIR], { tradesPerSecond: 0.1 })
      const minute = START_MS - 400 * 60_000
      const asked = spoken.ohlc.candles(PAIR, '1m', minute, START_MS, signal)
      const candles = await settled(clock, asked)
      expect(candles.length).toBeGreaterThan(300)
      const last = exchange.lastId(PAIR)
      const trades = exchange.trades(PAIR, last - 4000, last)
      for (const { open_time_ms, open, close, high, low, volume, trade_count } of candles) {
        const own = trades.filter(t => t.timestamp_ms >= open_time_ms && t.timestamp_ms < open_time_ms + 60_000)
        if (trade_count !== null) expect(trade_count).toBe(own.length)
        if (own.length === 0) continue
        const prices = own.map(({ price }) => Number(price))
        expect([open, close].map(Number)).toEqual([prices[0], prices.at(-1)])
        expect([high, low].map(Number)).toEqual([Math.max(...prices), Math.min(...prices)])
        const sum = own.reduce((total, { qty }) => total + Number(qty), 0)
        expect(Number(volume) / sum).toBeCloseTo(1, 12)
      }
    })

    it('reports a pair that is not traded as unknown', async () => {
      const { clock, spoken } = simulated(name, ['FOO/USD'], { refuse: ['FOO/USD'] })
      const asked = spoken.history.page('FOO/USD', { trade_id: 7, timestamp_ms: START_MS }, signal)
      await expect(settled(clock, asked)).rejects.toThrow(UnknownPair)
    })

    it('waits after too many requests, and reports a server’s error unchanged', async () => {
      const { clock, exchange, spoken } = simulated(name, [PAIR])
      const last = exchange.lastId(PAIR)
      const ask = () => spoken.history.page(PAIR, { trade_id: last - 5, timestamp_ms: START_MS - 60_000 }, signal)
      exchange.fault('too-many-requests')
      await expect(settled(clock, ask())).rejects.toThrow(/HTTP 429/)
      const from = clock.now()
      expect((await settled(clock, ask())).trades.length).toBeGreaterThan(0)
      expect(clock.now() - from).toBeGreaterThanOrEqual(5000)
      exchange.fault('server-error')
      await expect(settled(clock, ask())).rejects.toThrow(/HTTP 500/)
    })
  })

  describe(`${name}: the feed of the simulated exchange`, () => {
    const collect = (events: readonly FeedEvent[]) => {
      const trades = new Map<string, ExchangeTrade[]>()
      for (const event of events)
        if (event.type === 'message' && event.message.type === 'trades')
          for (const trade of event.message.trades) trades.set(trade.pair, [...(trades.get(trade.pair) ?? []), trade])
      return trades
    }
    const start = (pairs: readonly string[], options: SimulatedOptions = {}) => {
      const on = simulated(name, pairs, options)
      const events: FeedEvent[] = []
      const { dialect } = on.spoken
      const feed = new Feed({
        dialect,
        pairs,
        clock: on.clock,
        connect: on.exchange.connect,
        emit: e => events.push(e),
      })
      feed.start()
      const of = (type: string) =>
        events.flatMap(e => (e.type === 'message' && e.message.type === type ? [e.message] : []))
      const lost = () => events.flatMap(event => (event.type === 'disconnected' ? [event.reason] : []))
      return { ...on, feed, events, of, lost }
    }

    it('delivers each of the exchange’s trades unchanged, after one acknowledgement per pair', async () => {
      const pairs = ['BTC/USDT', 'DOGE/BTC']
      const { clock, exchange, feed, events, of, lost } = start(pairs)
      await clock.pass(20_000)
      expect(of('subscribed')).toMatchObject(pairs.map(pair => ({ pair })))
      expect(lost()).toEqual([])
      for (const [pair, trades] of collect(events)) {
        const first = trades[0]?.trade_id ?? 0
        expect(trades.length).toBeGreaterThan(50)
        expect(trades).toEqual(exchange.trades(pair, first, first + trades.length - 1))
      }
      await feed.stop()
    })

    it('stays connected through silent minutes of quiet pairs', async () => {
      const { clock, feed, lost } = start(['BTC/USDT'], { tradesPerSecond: 0.001 })
      await clock.pass(300_000)
      expect(lost()).toEqual([])
      await feed.stop()
    })

    it.each(['stall', 'half-open', 'disconnect', 'malformed'] as const)('comes back after a %s', async fault => {
      const { clock, exchange, feed, lost, of } = start(['BTC/USDT'])
      await clock.pass(3000)
      exchange.fault(fault)
      await clock.pass(40_000)
      // A stall is shorter than the silence that a quiet exchange is granted.
      expect(lost().length).toBe(fault === 'stall' && name === 'binance' ? 0 : 1)
      expect(of('subscribed').length).toBe(1 + lost().length)
      await feed.stop()
    })

    it('subscribes to more pairs than fit on a connection, within the exchange’s limits', async () => {
      const { dialect } = EXCHANGES[name]({ pairs: [] })
      const pairs = Array.from({ length: dialect.pairsPerConnection + 50 }, (_, i) => `P${i}/USD`)
      const { clock, feed, of, lost } = start(pairs, { tradesPerSecond: 0.01, tickMs: 500 })
      await clock.pass(15_000)
      expect(new Set(of('subscribed').map(m => 'pair' in m && m.pair))).toEqual(new Set(pairs))
      expect(lost()).toEqual([])
      await feed.stop()
    })

    it('works over real sockets, and reconnects after a cut', async () => {
      const exchange = new SimulatedExchange({ tradesPerSecond: 100 })
      const served = await serve(exchange)
      const { dialect } = EXCHANGES[name]({ pairs: ['BTC/USD'] })
      const events: FeedEvent[] = []
      const feed = new Feed({ dialect, url: served.wsUrl(name), pairs: ['BTC/USD'], emit: e => events.push(e) })
      feed.start()
      const count = () => collect(events).get('BTC/USD')?.length ?? 0
      await expect.poll(count, { timeout: 15_000 }).toBeGreaterThan(20)
      exchange.cut()
      await expect.poll(() => events.filter(e => e.type === 'disconnected').length, { timeout: 15_000 }).toBe(1)
      const before = count()
      await expect.poll(count, { timeout: 15_000 }).toBeGreaterThan(before + 20)
      await feed.stop()
      await served.close()
    })
  })
}
