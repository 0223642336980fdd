import { expect, it } from 'vitest'
import {
  type Clock,
  type Connect,
  EXCHANGES,
  Feed,
  type FeedEvent,
  SimulatedExchange,
  type SimulatedOptions,
  VirtualClock,
} from '../src/index.ts'

const { dialect } = EXCHANGES.kraken({ pairs: [] })

function start(pairs: readonly string[], options: SimulatedOptions & { pairsPerConnection?: number } = {}) {
  const clock = new VirtualClock(Date.UTC(2026, 5, 1))
  const exchange = new SimulatedExchange({ clock, ...options })
  const events: FeedEvent[] = []
  const own = { ...dialect, ...(options.pairsPerConnection && { pairsPerConnection: options.pairsPerConnection }) }
  const feed = new Feed({ dialect: own, pairs, clock, connect: exchange.connect, emit: event => events.push(event) })
  feed.start()
  const messages = (type: string) =>
    events.flatMap(e => (e.type === 'message' && e.message.type === type ? [e.message] : []))
  const lost = () => events.flatMap(event => (event.type === 'disconnected' ? [event.reason] : []))
  return { clock, exchange, events, feed, messages, lost }
}

it('subscribes to all pairs on one connection and delivers each acknowledgement, snapshot and trade', async () => {
  const { clock, feed, messages, lost } = start(['BTC/USD', 'DOGE/USD'])
  await clock.pass(10_000)
  expect(messages('subscribed')).toMatchObject([{ pair: 'BTC/USD' }, { pair: 'DOGE/USD' }])
  expect(messages('trades').filter(message => 'snapshot' in message && message.snapshot)).toHaveLength(2)
  expect(messages('status')).toEqual([{ type: 'status', status: 'online' }])
  expect(messages('trades').length).toBeGreaterThan(20)
  expect(lost()).toEqual([])
  await feed.stop()
})

it('spreads pairs over connections, and a lost connection affects only its own pairs', async () => {
  const pairs = Array.from({ length: 7 }, (_, i) => `P${i}/USD`)
  const { clock, exchange, feed, events, messages } = start(pairs, { pairsPerConnection: 3 })
  await clock.pass(3000)
  expect(new Set(events.map(({ connection }) => connection))).toEqual(new Set([0, 1, 2]))
  expect(messages('subscribed')).toHaveLength(7)
  exchange.fault('disconnect')
  await clock.pass(3000)
  const lost = events.flatMap(event => (event.type === 'disconnected' ? event.pairs : []))
  expect([2, 3]).toContain(lost.length)
  expect(messages('subscribed')).toHaveLength(7 + lost.length)
  await feed.stop()
})

it('reports a refused pair, keeps the others, and subscribes to it again', async () => {
  const { clock, feed, messages, lost } = start(['BTC/USD', 'FOO/USD'], { refuse: ['FOO/USD'] })
  await clock.pass(10_000)
  const refusal = { type: 'refused', pair: 'FOO/USD', error: 'Currency pair not supported FOO/USD' }
  expect(messages('refused')).toEqual([refusal])
  expect(lost()).toEqual([])
  expect(messages('trades').length).toBeGreaterThan(20)
  await clock.pass(60_000)
  expect(messages('refused')).toHaveLength(2)
  await feed.stop()
})

it.each([
  ['stall', /silent for 5000 ms/],
  ['half-open', /silent for 5000 ms/],
  ['disconnect', /connection reset/],
  ['malformed', /malformed message: not JSON: \{"channel":"trade"/],
] as const)('reports the connection as lost after a %s', async (fault, reason) => {
  const { clock, exchange, feed, lost } = start(['BTC/USD'])
  await clock.pass(3000)
  exchange.fault(fault)
  await clock.pass(30_000)
  expect(lost()).toEqual([expect.stringMatching(reason)])
  await feed.stop()
})

it.each([
  ['without data', '{"channel":"trade","type":"update"}', 1],
  ['with a row that has no id', '{"channel":"trade","type":"update","data":[{"symbol":"BTC/USD"}]}', 0],
  ['with a row that is no object', '{"channel":"trade","type":"update","data":[null]}', 0],
])('keeps the connection at a trade message %s', async (_name, text, missed) => {
  const clock = new VirtualClock(Date.UTC(2026, 5, 1))
  const exchange = new SimulatedExchange({ clock })
  const events: FeedEvent[] = []
  let inject: (() => void) | undefined
  const connect: Connect = (url, handlers) => {
    inject = () => handlers.message(text)
    return exchange.connect(url, handlers)
  }
  const pairs = ['BTC/USD', 'ETH/USD']
  const feed = new Feed({ dialect, pairs, clock, connect, emit: event => events.push(event) })
  feed.start()
  await clock.pass(3000)
  inject?.()
  await clock.pass(10_000)
  expect(events.filter(({ type }) => type === 'disconnected')).toEqual([])
  const messages = events.flatMap(event => (event.type === 'message' ? [event.message] : []))
  const problem = expect.stringContaining(`a trade message without data: ${text}`)
  expect(messages.filter(({ type }) => type === 'missed')).toEqual(
    Array.from({ length: missed }, () => ({ type: 'missed', pairs, messages: 1, problem })),
  )
  expect(messages.filter(({ type }) => type === 'rejected')).toHaveLength(1 - missed)
  await feed.stop()
})

it('reports the connection as lost, with the pair, if no subscription is acknowledged', async () => {
  const { clock, exchange, feed, lost } = start(['BTC/USD'], { tradesPerSecond: 0.001 })
  for (const _lost of ['status', 'acknowledgement', 'snapshot']) exchange.fault('drop')
  await clock.pass(12_000)
  expect(lost()).toEqual(['subscription not acknowledged: BTC/USD'])
  await feed.stop()
})

it('waits longer before each retry, with jitter, while the exchange does not answer', async () => {
  const clock = new VirtualClock(0)
  const delays: number[] = []
  const emit = (event: FeedEvent) => {
    if (event.type === 'disconnected') delays.push(event.retryInMs)
  }
  const feed = new Feed({
    dialect,
    pairs: ['BTC/USD'],
    clock,
    emit,
    connect: (_url, handlers) => {
      queueMicrotask(() => handlers.closed('connect ECONNREFUSED'))
      return { send: () => {}, pause: () => {}, resume: () => {}, terminate: () => {} }
    },
  })
  feed.start()
  await clock.pass(300_000)
  for (const [i, delay] of delays.entries()) {
    const most = Math.min(30_000, 100 * 2 ** i)
    expect(delay).toBeGreaterThanOrEqual(most / 2)
    expect(delay).toBeLessThanOrEqual(most)
  }
  expect(delays.length).toBeGreaterThan(8)
  await feed.stop()
})

const HEARTBEAT_MS = 4500

/**
 * A process that is sometimes so busy that its timers fire late, and that reads messages from meanwhile only afterwards,
 * with an exchange that sends few messages.
 */
function busyProcess(clock: VirtualClock) {
  let busyUntil = 0
  let talks = true
  const own: Clock = {
    now: () => clock.now(),
    wall: () => clock.wall(),
    sleep: async (ms, signal) => {
      await clock.sleep(ms, signal)
      if (!signal?.aborted) await clock.sleep(busyUntil - clock.now(), signal)
    },
  }
  const connect: Connect = (_url, handlers) => {
    let open = true
    const say = async (text: string) => {
      if (busyUntil > clock.now()) await clock.sleep(busyUntil + 1 - clock.now())
      if (open) handlers.message(text)
    }
    const talk = async () => {
      handlers.open()
      while (open && talks) {
        await clock.sleep(HEARTBEAT_MS)
        void say('{"channel":"heartbeat"}')
      }
    }
    const answer = (text: string) => {
      const { method } = JSON.parse(text)
      if (method === 'subscribe') void say('{"method":"subscribe","success":true,"result":{"symbol":"BTC/USD"}}')
    }
    queueMicrotask(() => void talk())
    const terminate = () => {
      open = false
    }
    return { send: answer, pause: () => {}, resume: () => {}, terminate }
  }
  const block = (ms: number) => {
    busyUntil = clock.now() + ms
  }
  const silence = () => {
    talks = false
  }
  return { own, connect, block, silence }
}

it('does not mistake its own slowness for the exchange’s silence', async () => {
  const clock = new VirtualClock(0)
  const slow = busyProcess(clock)
  const reasons: string[] = []
  const emit = (event: FeedEvent) => void (event.type === 'disconnected' && reasons.push(event.reason))
  const feed = new Feed({ dialect, pairs: ['BTC/USD'], clock: slow.own, connect: slow.connect, emit })
  feed.start()
  for (let i = 0; i < 45; i++) {
    // The pause begins at any time after a heartbeat, and covers one or several further heartbeats.
    await clock.pass(2 * HEARTBEAT_MS - (clock.now() % HEARTBEAT_MS) + 100 * i)
    slow.block(i % 2 ? 5000 : 20_000)
    await clock.pass(20_000)
  }
  expect(reasons).toEqual([])
  slow.silence()
  await clock.pass(2 * HEARTBEAT_MS + 1000)
  expect(reasons).toEqual(['silent for 5000 ms'])
  await feed.stop()
})

it('does not count the time for which it was paused as silence', async () => {
  const { clock, feed, lost } = start(['BTC/USD'])
  await clock.pass(3000)
  feed.pause()
  await clock.pass(60_000)
  feed.resume()
  await clock.pass(10_000)
  expect(lost()).toEqual([])
  await feed.stop()
})
