import { createLogger, type ServiceDefinition, startService } from '@candlewick/service'
import { type LogRecord, MemoryCluster, memoryLog, systemClock } from '@candlewick/streams'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { candles } from '../../services/candles/src/service.ts'
import { otlpReceiver } from './receiver.ts'
import { startPipeline } from './services.ts'

const PAIR = 'BTC/USD'
const T0 = 1_767_225_600_000
const TOPICS = ['trades', 'candles', 'technical-indicators']
const logger = createLogger('test', 'silent')

let receiver: Awaited<ReturnType<typeof otlpReceiver>>
beforeEach(async () => {
  receiver = await otlpReceiver()
})
afterEach(() => receiver.close())

async function recordsOf(cluster: MemoryCluster, topic: string): Promise<LogRecord[]> {
  const log = memoryLog(cluster)
  const found: LogRecord[] = []
  const count = (await log.topics.partitions([topic])).get(topic) ?? 0
  for (let p = 0; p < count; p++) {
    const { start, end } = await log.offsets(topic, p)
    for await (const records of log.read(topic, p, start, end)) found.push(...records)
  }
  return found.filter(({ headers }) => headers?.control === undefined)
}

it('follows a trade from the exchange to its feature row, in one trace', async () => {
  const { cluster, stop } = await startPipeline({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint })
  await expect.poll(async () => (await recordsOf(cluster, TOPICS[2]!)).length).toBeGreaterThan(5)
  await stop()
  const rows = receiver.spans.filter(({ name }) => name === 'send technical-indicators')
  expect(rows.length).toBeGreaterThan(0)
  const followed = rows.map(row => {
    const candle = receiver.spans.find(({ spanId }) => spanId === row.parentSpanId)
    const trade = receiver.spans.find(({ spanId }) => spanId === candle?.parentSpanId)
    return { row, candle, trade }
  })
  const { row, candle, trade } = followed.find(f => f.trade && f.candle!.links?.length === 1)!
  expect([trade, candle, row].map(span => [span!.service, span!.name, span!.traceId])).toEqual([
    ['trades-ingestor', 'send trades', row.traceId],
    ['candles', 'send candles', row.traceId],
    ['technical-indicators', 'send technical-indicators', row.traceId],
  ])
  expect(trade!.parentSpanId ?? '').toBe('')
  // The first trade of the window is linked, in a trace of its own.
  const first = receiver.spans.find(({ spanId }) => spanId === candle!.links![0]!.spanId)
  expect(first).toMatchObject({ name: 'send trades', traceId: candle!.links![0]!.traceId })
  for (const span of [first!, trade!]) {
    const at = Number(span.attributes['candlewick.timestamp_ms'])
    const open = Number(candle!.attributes['candlewick.open_time_ms'])
    expect(at).toBeGreaterThanOrEqual(open)
    expect(at).toBeLessThan(open + (candle!.attributes['candlewick.interval'] === '1s' ? 1000 : 60_000))
  }
  const header = (span: typeof row) => `00-${span.traceId}-${span.spanId}-01`
  for (const [topic, span] of [
    ['trades', trade!],
    ['candles', candle!],
    ['technical-indicators', row],
  ] as const) {
    const written = (await recordsOf(cluster, topic)).filter(({ headers }) => headers?.traceparent === header(span))
    expect(written).toHaveLength(1)
    expect(written[0]!.key).toBe(span.attributes['messaging.kafka.message.key'])
  }
})

it('samples as configured, and only sampled records have a header', async () => {
  const { cluster, stop } = await startPipeline({
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '0.2',
    SIMULATED_TRADES_PER_SECOND: '100',
  })
  await expect.poll(async () => (await recordsOf(cluster, 'trades')).length).toBeGreaterThan(500)
  await stop()
  const trades = await recordsOf(cluster, 'trades')
  const sampled = trades.filter(({ headers }) => headers?.traceparent).length
  expect(sampled / trades.length).toBeGreaterThan(0.1)
  expect(sampled / trades.length).toBeLessThan(0.3)
  expect(receiver.spans.filter(({ name }) => name === 'send trades')).toHaveLength(sampled)
})

it('does not wait for a receiver that does not answer', async () => {
  const { cluster, stop } = await startPipeline({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' })
  await expect.poll(async () => (await recordsOf(cluster, 'candles')).length).toBeGreaterThan(2)
  const startedAt = performance.now()
  await stop()
  expect(performance.now() - startedAt).toBeLessThan(15_000)
})

/** The candles of trades of which every third is sampled. */
async function candlesOf(env: Record<string, string>): Promise<LogRecord[]> {
  const cluster = new MemoryCluster({ ...systemClock, wall: () => T0 + 600_000 })
  cluster.grow('trades', 1)
  const log = memoryLog(cluster)
  const producer = await log.producer('writer')
  const trades = Array.from({ length: 60 }, (_, i) => ({
    topic: 'trades',
    partition: 0,
    key: PAIR,
    value: JSON.stringify({ pair: PAIR, trade_id: i, side: null, price: 1 + i, qty: 1, timestamp_ms: T0 + i * 7000 }),
    ...(i % 3 === 0 && { headers: { traceparent: `00-${'a'.repeat(30)}${10 + i}-${'b'.repeat(14)}${10 + i}-01` } }),
  }))
  await producer.transact(trades)
  const service = await startService(candles as ServiceDefinition, { env: { PARTITIONS: '1', ...env }, log, logger })
  await expect.poll(async () => (await recordsOf(cluster, 'candles')).length).toBeGreaterThanOrEqual(7)
  await service.stop()
  const changelog = await recordsOf(cluster, 'candles-changelog')
  return [...(await recordsOf(cluster, 'candles')), ...changelog.filter(({ key }) => key === PAIR).slice(-1)]
}

it('changes only headers', async () => {
  const [on, off] = [await candlesOf({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint }), await candlesOf({})]
  const values = (records: readonly LogRecord[]) => records.map(({ key, value }) => [key, String(value)])
  expect(values(on)).toEqual(values(off))
  expect(on.filter(({ headers }) => headers?.traceparent)).not.toHaveLength(0)
  expect(off.filter(({ headers }) => headers !== undefined)).toEqual([])
  // The window's last sampled trade is the parent, its first is linked.
  const [span] = receiver.spans
  expect(span).toMatchObject({ parentSpanId: `${'b'.repeat(14)}16`, links: [{ spanId: `${'b'.repeat(14)}10` }] })
})
