import { Candle, FeatureRow } from '@candlewick/market-data'
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest'
import { folderOf, moduleOf, write } from '../../../packages/own-features/test/features.ts'
import { candleOf, cluster, rowOf, startDashboard } from './harness.ts'

const SERIES = 'pair=BTC/USD&interval=1m'
/** Tests that only read share one dashboard. */
let shared: Awaited<ReturnType<typeof withHistory>>

beforeAll(async () => {
  shared = await withHistory()
})

afterAll(() => shared.service.stop())

async function withHistory(env: Record<string, string> = {}) {
  const broker = await cluster()
  await broker.candles(...Array.from({ length: 20 }, (_, n) => candleOf(n)), candleOf(0, 'ETH/USD'))
  await broker.rows(...Array.from({ length: 20 }, (_, n) => rowOf(n)))
  await broker.write('candles-live', { key: 'BTC/USD', value: candleOf(20) })
  const served = await startDashboard(broker.log, env)
  await vi.waitFor(async () => {
    for (const path of ['rows/latest', 'candles/live'])
      expect((await served.get(`/api/v1/${path}?${SERIES}`)).status).toBe(200)
    expect(await served.json(`/api/v1/candles?${SERIES}`)).toHaveLength(Math.min(20, Number(env.HISTORY_CANDLES ?? 20)))
  }, 10_000)
  return { ...served, ...broker }
}

it('returns the last candles and rows, the newest row and the candle in progress from the topics', async () => {
  const { json } = shared
  expect(await json(`/api/v1/candles?${SERIES}&n=3`)).toEqual([candleOf(17), candleOf(18), candleOf(19)])
  expect(await json(`/api/v1/candles?${SERIES}`)).toHaveLength(20)
  expect(await json(`/api/v1/rows?${SERIES}&n=1`)).toEqual([rowOf(19)])
  expect(await json(`/api/v1/rows/latest?${SERIES}`)).toEqual(rowOf(19))
  expect(await json(`/api/v1/candles/live?${SERIES}`)).toEqual(candleOf(20))
  expect(await json('/api/v1/pairs')).toMatchObject([
    { pair: 'BTC/USD', price: 121, change: expect.closeTo(0.21), intervals: [{ interval: '1m', candles: 20 }] },
    { pair: 'ETH/USD', price: 101, change: expect.closeTo(0.01) },
  ])
})

it('returns bars in the order of their numbers, also those of one millisecond, and the bar in progress', async () => {
  const broker = await cluster()
  const bar = (n: number, over: Partial<Candle> = {}) => candleOf(0, 'BTC/USD', { interval: 'tick:5', bar: n, ...over })
  await broker.candles(bar(1), bar(2), bar(2), bar(3), candleOf(0))
  await broker.write(
    'candles-live',
    { key: 'BTC/USD', value: bar(3) },
    { key: 'BTC/USD', value: bar(4, { high: 200 }) },
  )
  const { service, get, json } = await startDashboard(broker.log)
  onTestFinished(() => service.stop())
  const series = 'pair=BTC/USD&interval=tick:5'
  await expect.poll(async () => (await get(`/api/v1/candles/live?${series}`)).status).toBe(200)
  await expect.poll(async () => (await json(`/api/v1/candles?${series}`)).length).toBe(3)
  expect(await json(`/api/v1/candles?${series}`)).toEqual([bar(1), bar(2), bar(3)])
  expect(await json(`/api/v1/candles/live?${series}`)).toEqual(bar(4, { high: 200 }))
  const [glance] = await json('/api/v1/pairs')
  expect(glance.intervals.map(({ interval }: { interval: string }) => interval)).toEqual(['1m', 'tick:5'])
})

it('keeps at most HISTORY_CANDLES windows of a series, each once', async () => {
  const { json, candles, service } = await withHistory({ HISTORY_CANDLES: '10' })
  onTestFinished(() => service.stop())
  await candles(candleOf(19), candleOf(3), candleOf(21), candleOf(20))
  const opens = async () =>
    (await json(`/api/v1/candles?${SERIES}`)).map((c: Candle) => (c.open_time_ms - candleOf(0).open_time_ms) / 60_000)
  await expect.poll(opens).toEqual([12, 13, 14, 15, 16, 17, 18, 19, 20, 21])
})

it('writes CSV and NDJSON that parse back to the same values', async () => {
  const { get } = shared
  const csv = await get(`/api/v1/rows?${SERIES}&n=20&format=csv`)
  expect(csv.headers.get('content-type')).toContain('text/csv')
  const [head = '', first = '', ...rest] = csv.text.split('\r\n')
  expect(head.split(',')).toEqual(Object.keys(rowOf(0)))
  expect(first.split(',').slice(-2)).toEqual(['', ''])
  expect(rest.at(-2)?.split(',').map(Number).slice(-2)).toEqual([rowOf(19).sma_7, rowOf(19).rsi_14])
  const ndjson = await get(`/api/v1/rows?${SERIES}&n=20&format=ndjson`)
  const rows = ndjson.text
    .trimEnd()
    .split('\n')
    .map(line => FeatureRow.parse(JSON.parse(line)))
  expect(rows).toEqual(Array.from({ length: 20 }, (_, n) => rowOf(n)))
})

it.each([
  ['/api/v1/rows', 400, 'pair is missing'],
  ['/api/v1/rows?pair=BTC/USD', 400, 'interval is missing'],
  ['/api/v1/rows?pair=BTC/USD&interval=7x', 400, 'interval=7x: is not an interval'],
  [`/api/v1/rows?${SERIES}&n=0`, 400, 'n=0: is less than 1'],
  [`/api/v1/rows?${SERIES}&n=10001`, 400, 'n=10001: is more than 10000'],
  [`/api/v1/rows?${SERIES}&n=1.5`, 400, 'n=1.5: is not a whole number'],
  [`/api/v1/rows?${SERIES}&n=many`, 400, 'n=many: is not a number'],
  [`/api/v1/rows?${SERIES}&n=`, 400, 'n=: is less than 1'],
  [`/api/v1/rows?${SERIES}&format=xml`, 400, 'format=xml: is not json, csv or ndjson'],
  [`/api/v1/rows?${SERIES}&limit=3`, 400, 'limit is not a parameter'],
  [`/api/v1/rows?${SERIES}&n=1&n=2`, 400, 'n is given twice'],
  [`/api/v1/rows?pair=${'x'.repeat(101)}&interval=1m`, 400, 'pair=xxx'],
  ['/api/v1/rows?pair=XRP/USD&interval=1m', 404, 'Nothing is known of XRP/USD; there are BTC/USD, ETH/USD'],
  ['/api/v1/rows?pair=BTC/USD&interval=5m', 404, 'Nothing is known of BTC/USD 5m; of this pair there are 1m'],
  ['/api/v1/rows/latest?pair=ETH/USD&interval=1m', 404, 'no feature row yet'],
  ['/api/v1/dead-letters?n=201', 400, 'n=201: is more than 200'],
  ['/api/v1/pairs?x=1', 400, 'x is not a parameter'],
  ['/api/v2/rows', 404, '/api/v2/rows is not here; /openapi.json says what is'],
])('refuses %s with %i and the reason', async (path, status, error) => {
  const { get } = shared
  const answer = await get(path)
  expect(answer.status).toBe(status)
  expect(JSON.parse(answer.text).error).toContain(error)
})

it('refuses methods that write, and serves health and metrics beside the API', async () => {
  const { get } = shared
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS'])
    expect((await get(`/api/v1/rows?${SERIES}`, { method })).status).toBe(405)
  expect(await get(`/api/v1/pairs`, { method: 'HEAD' })).toMatchObject({ status: 200, text: '' })
  expect((await get('/readyz')).status).toBe(200)
  expect((await get('/metrics')).status).toBe(200)
  expect((await get('/page/../src/service.ts')).status).toBe(404)
  expect((await get('/%2e%2e/package.json')).status).toBe(404)
  expect((await get('/demo/state')).status).toBe(404)
})

it('lets pages of other origins read only when CORS_ORIGINS lists them', async () => {
  const asked = { headers: { origin: 'https://desk.example' } }
  const { get } = shared
  expect((await get('/api/v1/pairs', asked)).headers.get('access-control-allow-origin')).toBeNull()
  const open = await withHistory({ CORS_ORIGINS: 'https://desk.example' })
  onTestFinished(() => open.service.stop())
  const answer = await open.get('/api/v1/pairs', asked)
  expect(answer.headers.get('access-control-allow-origin')).toBe('https://desk.example')
  const other = await open.get('/api/v1/pairs', { headers: { origin: 'https://evil.example' } })
  expect(other.headers.get('access-control-allow-origin')).toBeNull()
})

it('serves the JSON Schemas of the topics, with the indicators that the rows have', async () => {
  const { json, get } = shared
  const paths = ['Trade', 'Candle', 'FeatureRow', 'ControlHeaders'].map(name => `/schemas/${name}.json`)
  expect(await json('/schemas')).toEqual(paths)
  for (const path of paths) expect((await json(path)).$schema).toMatch('json-schema.org/draft/2020-12')
  expect((await get('/schemas/Trade.json')).headers.get('content-type')).toMatch('application/schema+json')
  const { properties, required } = await json('/schemas/FeatureRow.json')
  expect(Object.keys(properties)).toEqual([...Object.keys(Candle.shape), 'sma_7', 'rsi_14'])
  expect(required).toContain('rsi_14')
  expect(await get('/schemas/constructor.json')).toMatchObject({
    status: 404,
    text: expect.stringMatching('Trade, Candle'),
  })
})

it('describes every request and its parameters in an OpenAPI document', async () => {
  const { json, get } = shared
  const { openapi, paths, components } = await json('/openapi.json')
  expect(openapi).toBe('3.1.0')
  expect(Object.keys(components.schemas.Candle.properties)).toEqual(Object.keys(Candle.shape))
  for (const [path, { get: operation }] of Object.entries<{ get: { parameters: Parameter[] } }>(paths)) {
    if (path.endsWith('/stream')) continue
    const required = operation.parameters.filter(p => p.required).map(p => p.name)
    expect(required).toEqual(/rows|candles|fields/.test(path) ? ['pair', 'interval'] : [])
    expect((await get(`${path}${required.length > 0 ? `?${SERIES}` : ''}`)).status).toBe(200)
  }
  expect(paths['/api/v1/rows'].get.parameters).toContainEqual(
    expect.objectContaining({ name: 'n', schema: expect.objectContaining({ default: 100, maximum: 10_000 }) }),
  )
})

interface Parameter {
  readonly name: string
  readonly required: boolean
}

it('returns the last dead letters with their reasons, and skips values that are not candles', async () => {
  const { json, write, service } = await withHistory()
  onTestFinished(() => service.stop())
  await write('candles', { key: 'BTC/USD', value: { pair: 'BTC/USD', open: 'nonsense' } })
  const headers = {
    source_topic: 'trades',
    source_partition: '1',
    source_offset: '7',
    reason: 'late',
    service: 'candles',
  }
  await write('dead-letters', { key: 'BTC/USD', value: { price: -1 }, headers })
  await expect.poll(async () => (await json('/api/v1/dead-letters?n=1')).length).toBe(1)
  const [letter] = await json('/api/v1/dead-letters')
  expect(letter).toMatchObject({ reason: 'late', service: 'candles', source: 'trades/1/7', value: '{"price":-1}' })
  expect((await json('/api/v1/pipeline')).dead_letters.reasons).toEqual({ late: 1 })
  expect(await json(`/api/v1/candles?${SERIES}`)).toHaveLength(20)
})

it('serves the page with entity tags, so that the browser downloads a file again only when it has changed', async () => {
  const { get } = shared
  const page = await get('/')
  expect(page.status).toBe(200)
  expect(page.headers.get('content-security-policy')).toContain("script-src 'self'")
  const library = await get('/lightweight-charts.mjs')
  expect(library.headers.get('content-type')).toContain('text/javascript')
  const again = await get('/', { headers: { 'if-none-match': page.headers.get('etag') ?? '' } })
  expect([again.status, again.text]).toEqual([304, ''])
})

it("knows the groups and outputs of users' features, and continues if their files are wrong", async () => {
  const folder = folderOf({
    'pace.ts': moduleOf('up_pace')
      .replace("name: 'up_pace',", "name: 'up_pace', group: 'Overlap Studies',")
      .replace("['']", "['low', 'high']"),
  })
  const fieldsBy = async (env: Record<string, string>) => {
    const broker = await cluster()
    await broker.rows({ ...rowOf(0), up_pace_low_20: 1, up_pace_high_20: 2 })
    const { service, json, get } = await startDashboard(broker.log, env)
    onTestFinished(() => service.stop())
    await vi.waitFor(async () => expect((await get(`/api/v1/fields?${SERIES}`)).status).toBe(200), 10_000)
    const fields = (await json(`/api/v1/fields?${SERIES}`)) as { field: string }[]
    return fields.filter(({ field }) => field.startsWith('up_pace'))
  }
  const field = (output: string) => ({ field: `up_pace_${output}_20`, indicator: 'up_pace 20', output })
  const known = { group: 'Overlap Studies', on_price: true }
  expect(await fieldsBy({ FEATURES: folder })).toEqual(['low', 'high'].map(output => ({ ...field(output), ...known })))
  write(folder, { 'pace.ts': 'const = 1' })
  expect(await fieldsBy({ FEATURES: folder })).toMatchObject([{ group: 'Other', on_price: false }, { group: 'Other' }])
})
