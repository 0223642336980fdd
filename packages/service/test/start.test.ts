import { topicTable } from '@candlewick/market-data'
import { type Log, MemoryCluster, memoryLog } from '@candlewick/streams'
import { expect, it, onTestFinished } from 'vitest'
import * as z from 'zod'
import { createLogger, ensureTopics, type ServiceDefinition, startService } from '../src/index.ts'

const quiet = createLogger('test', 'silent')

/** A service whose readiness, steps and failures are the test's. */
function definition(behaviour: { reason?: string; steps?: string[]; stop?: () => Promise<void> } = {}) {
  const config = { GREETING: z.string().default('hello') }
  return {
    name: 'greeter',
    config,
    async start(context) {
      await ensureTopics(context, [context.topics.trades, context.topics.deadLetters])
      behaviour.steps?.push(context.config.GREETING, context.group, context.httpUrl)
      return { ready: () => behaviour.reason, stop: behaviour.stop ?? (async () => {}) }
    },
  } satisfies ServiceDefinition<typeof config>
}

async function start(
  behaviour: Parameters<typeof definition>[0] = {},
  env: Record<string, string> = {},
  log: Log = memoryLog(),
) {
  const service = await startService(definition(behaviour), { env, log, logger: quiet })
  onTestFinished(() => service.stop())
  return service
}

it('creates missing topics with prefix and PARTITIONS, and leaves existing ones unchanged', async () => {
  const cluster = new MemoryCluster()
  cluster.grow('test-trades', 7)
  await start({}, { TOPIC_PREFIX: 'test-', PARTITIONS: '5' }, memoryLog(cluster))
  const { trades, deadLetters } = topicTable({
    prefix: 'test-',
    trades: 'trades',
    candles: 'candles',
    technicalIndicators: 'technical-indicators',
  })
  expect(cluster.partitions(trades.name)).toHaveLength(7)
  expect(cluster.partitions(deadLetters.name)).toHaveLength(1)
  await start({}, { TOPIC_PREFIX: 'other-', PARTITIONS: '5' }, memoryLog(cluster))
  expect(cluster.partitions('other-trades')).toHaveLength(5)
})

it('passes the service its variables, its group and its URL', async () => {
  const steps: string[] = []
  const env = { GREETING: 'good day', CONSUMER_GROUP: 'g', TOPIC_PREFIX: 'p-' }
  const service = await start({ steps }, env)
  expect(steps).toEqual(['good day', 'g', service.url])
})

it('answers /healthz, /readyz and /metrics, and nothing else', async () => {
  const behaviour: { reason?: string } = { reason: 'partitions being restored: 2' }
  const { url } = await start(behaviour)
  const get = async (path: string, init?: RequestInit) => {
    const response = await fetch(url + path, init)
    return { status: response.status, body: await response.text() }
  }
  expect((await get('/healthz')).status).toBe(200)
  expect(await get('/readyz')).toEqual({
    status: 503,
    body: '{"ready":false,"reason":"partitions being restored: 2"}\n',
  })
  delete behaviour.reason
  expect(await get('/readyz?x=1')).toEqual({ status: 200, body: '{"ready":true}\n' })
  expect((await get('/metrics')).status).toBe(200)
  expect((await get('/')).status).toBe(404)
  expect((await get('/healthz', { method: 'POST' })).status).toBe(405)
  expect((await get('/healthz', { headers: { x: 'y'.repeat(20_000) } })).status).toBe(431)
})

it('is not ready and names the brokers while no broker is reachable', async () => {
  const log = memoryLog()
  const { partitions } = log.topics
  let url = ''
  const notReady: string[] = []
  log.topics.partitions = async topics => {
    if (notReady.length === 2) return partitions(topics)
    notReady.push(await (await fetch(`${url}/readyz`)).text())
    throw new Error('connect ECONNREFUSED')
  }
  const lines: string[] = []
  const logger = createLogger('greeter', 'info', {
    write: line => {
      lines.push(line)
      url ||= JSON.parse(line).url
    },
  })
  const env = { KAFKA_BROKERS: 'one:1,two:2' }
  const service = await startService(definition(), { env, log, logger })
  onTestFinished(() => service.stop())
  expect(service.ready()).toBeUndefined()
  expect(notReady[1]).toBe(
    '{"ready":false,"reason":"no answer yet from Kafka at one:1, two:2: connect ECONNREFUSED"}\n',
  )
  const error = JSON.parse(lines.find(line => line.includes('"error"'))!)
  expect(error).toMatchObject({ level: 'error', service: 'greeter', brokers: 'one:1, two:2' })
  expect(error.msg).toContain('Kafka at one:1, two:2 does not answer, trying again: connect ECONNREFUSED')
})

it('starts a web service without waiting for the broker, and serves its routes', async () => {
  const log = memoryLog()
  log.topics.partitions = () => Promise.reject(new Error('away'))
  const pages = {
    name: 'pages',
    config: {},
    async serve({ http }) {
      http.get('/page', () => 'a page')
      return { ready: () => undefined, stop: async () => {} }
    },
  } satisfies ServiceDefinition
  const service = await startService(pages, { env: { HTTP_HOST: '0.0.0.0' }, log, logger: quiet })
  onTestFinished(() => service.stop())
  expect(service.url).toMatch(/^http:\/\/\d+\.\d+\.\d+\.\d+:/)
  expect(await (await fetch(`${service.url}/page`)).text()).toBe('a page')
  expect((await fetch(`${service.url}/healthz`)).status).toBe(200)
  expect((await fetch(`${service.url}/other`)).status).toBe(404)
})

it('stops waiting for a broker when the signal is aborted', async () => {
  const log = memoryLog()
  const stop = new AbortController()
  log.topics.partitions = () => {
    stop.abort(new Error('told to stop'))
    return Promise.reject(new Error('away'))
  }
  const starting = startService(definition(), { env: {}, log, logger: quiet, signal: stop.signal })
  await expect(starting).rejects.toThrow()
  expect(stop.signal.aborted).toBe(true)
})

it('stops the service before its HTTP server, once, and closes the server even when the service fails to stop', async () => {
  const seen: number[] = []
  const stop = async () => {
    seen.push((await fetch(`${service.url}/readyz`)).status)
    throw new Error('cannot leave')
  }
  const service = await startService(definition({ stop }), { env: {}, log: memoryLog(), logger: quiet })
  const twice = [service.stop(), service.stop()]
  expect(await Promise.allSettled(twice)).toMatchObject([
    { reason: { message: 'cannot leave' } },
    { reason: { message: 'cannot leave' } },
  ])
  expect(seen).toEqual([503])
  await expect(fetch(`${service.url}/healthz`)).rejects.toThrow()
})

it('does not start on a port in use or with a wrong configuration', async () => {
  const { url } = await start()
  await expect(start({}, { HTTP_PORT: new URL(url).port })).rejects.toThrow('EADDRINUSE')
  await expect(start({}, { PARTITIONS: 'many' })).rejects.toThrow('PARTITIONS=many')
})

it('keeps secrets out of the logs', () => {
  const lines: string[] = []
  const logger = createLogger('test', 'info', { write: line => lines.push(line) })
  logger.info({ config: { KAFKA_SASL_PASSWORD: 'hunter2' }, kafka: { sasl: { password: 'hunter2' } } }, 'x')
  expect(lines.join()).not.toContain('hunter2')
  expect(lines.join()).toContain('[Redacted]')
})
