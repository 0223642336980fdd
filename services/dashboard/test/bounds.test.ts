import { createLogger } from '@candlewick/service'
import { expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { Bounds } from '../src/bounds.ts'
import { Market } from '../src/market/market.ts'
import { ActivityLog } from '../src/pipeline/activity.ts'
import { DeadLetters } from '../src/pipeline/dead-letters.ts'
import { GroupWatch } from '../src/pipeline/group-watch.ts'
import { Latency } from '../src/pipeline/latency.ts'
import { candleOf, cluster, rowOf, startDashboard, T0 } from './harness.ts'

function bounds() {
  const lines: string[] = []
  const logger = createLogger('test', 'warn', { write: line => void lines.push(JSON.parse(line).msg) })
  return { bounds: new Bounds(logger), lines }
}

const pairOf = (n: number) => `P${n}/USD`

it('counts each name that a bound leaves out once, and logs the bound once', () => {
  const { bounds: all, lines } = bounds()
  const leftOut = all.of('pairs', 'raise X (now 2)')
  expect(all.state()).toEqual([])
  for (const name of ['A', 'B', 'A']) leftOut.name(name)
  expect(all.state()).toEqual([{ what: 'pairs', count: 2, at_least: false, remedy: 'raise X (now 2)' }])
  expect([leftOut.has('A'), leftOut.has('C')]).toEqual([true, false])
  expect(lines).toEqual(['The dashboard leaves out some pairs: raise X (now 2)'])
})

it('reports that more may be left out than it remembers by name', () => {
  const leftOut = bounds().bounds.of('pairs', 'raise X')
  for (let n = 0; n <= 20_000; n++) leftOut.name(pairOf(n))
  expect(leftOut.state).toMatchObject({ count: 20_000, at_least: true })
  expect([leftOut.has(pairOf(0)), leftOut.has(pairOf(20_000)), leftOut.has('never seen')]).toEqual([
    true,
    undefined,
    undefined,
  ])
})

it('answers "left out" for a series beyond DASHBOARD_SERIES_MAX, and counts the pairs', async () => {
  const { log, candles } = await cluster()
  await candles(...Array.from({ length: 5 }, (_, n) => candleOf(0, pairOf(n))))
  await candles(candleOf(0, pairOf(0), { interval: '5m', close_time_ms: T0 + 300_000 }))
  const { service, get, json } = await startDashboard(log, { DASHBOARD_SERIES_MAX: '2' })
  onTestFinished(() => service.stop())
  const remedy = 'raise DASHBOARD_SERIES_MAX (now 2)'
  await expect
    .poll(async () => (await json('/api/v1/pipeline')).left_out)
    .toEqual([
      { what: 'pairs', count: 3, at_least: false, remedy },
      { what: 'series', count: 4, at_least: false, remedy },
    ])
  const ask = async (pair: string, interval: string) =>
    JSON.parse((await get(`/api/v1/candles?pair=${pair}&interval=${interval}`)).text).error
  expect(await ask(pairOf(4), '1m')).toBe(`P4/USD 1m is left out: ${remedy}`)
  expect(await ask(pairOf(0), '5m')).toBe(`P0/USD 5m is left out: ${remedy}`)
  expect(await ask('NEVER/USD', '1m')).toBe('Nothing is known of NEVER/USD; there are P0/USD, P1/USD')
  expect((await get('/api/v1/pairs')).headers.get('x-left-out')).toBe(`3 pairs: ${remedy}`)
})

it('names at most 20 pairs in an error, and how many more there are', async () => {
  const { log, candles } = await cluster()
  await candles(...Array.from({ length: 25 }, (_, n) => candleOf(0, pairOf(n))))
  const { service, get } = await startDashboard(log)
  onTestFinished(() => service.stop())
  await expect
    .poll(async () => (await get('/api/v1/candles?pair=NEVER/USD&interval=1m')).text)
    .toContain(' and 5 more (/api/v1/pairs)')
})

it('reports that a series is shorter than requested only when a limit is the reason', async () => {
  const { log, candles, rows } = await cluster()
  const many = Array.from({ length: 130 }, (_, n) => n)
  await candles(...many.map(n => candleOf(n)))
  await rows(...many.map(n => rowOf(n)))
  const series = 'pair=BTC/USD&interval=1m'
  const noted = async (env: Record<string, string>, path: string) => {
    const { service, get, json } = await startDashboard(log, env)
    onTestFinished(() => service.stop())
    await expect.poll(async () => (await json('/api/v1/pipeline')).state.kind).not.toBe('loading')
    await expect.poll(async () => (await get(`/api/v1/rows/latest?${series}`)).status).toBe(200)
    return (await get(path)).headers.get('x-left-out')
  }
  expect(await noted({ HISTORY_CANDLES: '20' }, `/api/v1/candles?${series}&n=100`)).toBe(
    'older windows: raise HISTORY_CANDLES, or read candles',
  )
  expect(await noted({ HISTORY_CANDLES: '20' }, `/api/v1/candles?${series}&n=20`)).toBeNull()
  expect(await noted({ HISTORY_RECORDS: '100' }, `/api/v1/rows?${series}&n=130`)).toBe(
    'older windows: raise HISTORY_RECORDS, or read technical-indicators',
  )
  expect(await noted({}, `/api/v1/rows?${series}&n=1000`)).toBeNull()
})

it('counts records that it cannot read, and clients of the stream that it refuses', async () => {
  const { log, write } = await cluster()
  await write('candles', { key: 'A', value: { pair: 'A' } }, { key: 'A', value: 7 })
  const { service, url, json } = await startDashboard(log, { STREAM_CLIENTS_MAX: '1' })
  onTestFinished(() => service.stop())
  const open = () =>
    new Promise<void>(resolve => {
      const socket = new WebSocket(`${url.replace('http', 'ws')}/api/v1/stream`)
      onTestFinished(() => socket.terminate())
      socket.on('open', resolve)
      socket.on('error', () => resolve())
    })
  await open()
  await open()
  await expect
    .poll(async () => (await json('/api/v1/pipeline')).left_out)
    .toEqual([
      expect.objectContaining({ what: 'unreadable records', count: 2 }),
      expect.objectContaining({ what: 'clients of the stream', count: 1, remedy: 'raise STREAM_CLIENTS_MAX (now 1)' }),
    ])
})

it('counts the instances of a group that it does not show, and adds up the lag of all instances', async () => {
  const { bounds: all, lines } = bounds()
  const watch = new GroupWatch('candles', new ActivityLog(), all)
  const { log } = await cluster()
  const members = Array.from({ length: 70 }, (_, n) => ({
    id: `m${n}`,
    data: { own: [], gen: 0, load: {} },
    assigned: { trades: [n] },
  }))
  log.describeGroup = async () => ({ state: 'Stable', members, committed: [] })
  await watch.look(log, 0, [])
  expect([watch.members.length, watch.membersLeftOut]).toEqual([64, 6])
  expect(all.state()).toMatchObject([{ what: 'instances of candles', count: 6 }])
  expect(lines).toHaveLength(1)
})

it('counts the activities, dead letters and latencies that it does not keep', () => {
  const activity = new ActivityLog()
  for (let n = 0; n < 203; n++) activity.add(n, 'move', `${n}`)
  expect([activity.last.length, activity.dropped]).toEqual([200, 3])
  const letters = new DeadLetters()
  const record = { partition: 0, offset: 0, timestamp: 0, key: 'k'.repeat(300), value: Buffer.from('x'.repeat(400)) }
  for (let n = 0; n < 203; n++) letters.add({ ...record, headers: { reason: `r${n}` } })
  expect([letters.last(1000).length, letters.dropped, letters.count]).toEqual([200, 3, 203])
  const [newest] = letters.last(1)
  expect([newest?.value, newest?.key].map(text => text?.replace(/^(.)\1*/, '')).join('')).toBe('……')
  expect(Object.keys(letters.reasons)).toHaveLength(51)
  expect(letters.reasons['other reasons']).toBe(153)
  const latency = new Latency()
  for (let ms = 0; ms < 6000; ms++) latency.add(ms, 1)
  expect(latency.percentiles(6000)).toMatchObject({ count: 5000, span_ms: 5000 })
})

it('keeps the newest windows of a series and counts the dropped ones', () => {
  const market = new Market({ history: 10, series: 1 }, bounds().bounds)
  for (const n of [...Array.from({ length: 12 }, (_, i) => i), 11, 0]) market.addCandle(candleOf(n), false)
  const candles = market.get('BTC/USD', '1m')?.candles
  expect([candles?.length, candles?.dropped]).toEqual([10, 3])
})
