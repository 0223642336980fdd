import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { SimulatedExchange, serve } from '../../packages/exchanges/src/index.ts'
import { ServiceProcess } from '../pipeline/process.ts'
import { hasJava, startSecuredKafka, USER } from './secured-kafka.ts'

/** Text that every secret contains, and nothing else. */
const MARK = 'S3CRET'
const SERVICES = ['trades-ingestor', 'candles', 'technical-indicators', 'dashboard']
const PASSWORD = { KAFKA_SASL_USERNAME: USER.name, KAFKA_SASL_PASSWORD: USER.password, KAFKA_SASL_MECHANISM: 'plain' }

describe.skipIf(!hasJava)('no secret', () => {
  let kafka: Awaited<ReturnType<typeof startSecuredKafka>>
  let exchange: Awaited<ReturnType<typeof serve>>

  beforeAll(async () => {
    kafka = await startSecuredKafka()
    exchange = await serve(new SimulatedExchange(), 0)
  }, 120_000)
  afterAll(async () => {
    await exchange?.close()
    await kafka?.stop()
  })

  const marked = (url: string) => url.replace('://', `://user-${MARK}:pass%20${MARK}@`)
  const env = (more: Record<string, string> = {}): Record<string, string> => ({
    KAFKA_BROKERS: kafka.listeners.SASL!,
    ...PASSWORD,
    EXCHANGE_WS_URL: `${marked(exchange.wsUrl('kraken'))}?key=${MARK}-key`,
    EXCHANGE_REST_URL: exchange.restUrl,
    // Otherwise the ingestor would fetch history for 20 s before it is ready.
    HISTORY_HOURS: '0',
    LOG_LEVEL: 'trace',
    PARTITIONS: '1',
    ...more,
  })

  async function started(name: string, variables: Record<string, string>): Promise<ServiceProcess> {
    const service = new ServiceProcess(name, variables)
    onTestFinished(async () => void (await service.stop()))
    return service
  }

  it.each(SERVICES)(
    'is written by %s in normal operation at the most verbose level',
    async name => {
      const service = await started(name, env())
      await service.ready()
      const answers = await Promise.all(['/healthz', '/readyz', '/metrics', '/nowhere'].map(path => service.get(path)))
      expect(await service.stop()).toBe(0)
      expect(service.lines.length).toBeGreaterThan(3)
      expect(service.output + answers.map(({ text }) => text).join()).not.toContain(MARK)
    },
    180_000,
  )

  it('is written by an ingestor that reaches no exchange', async () => {
    const nowhere = `${marked('http://127.0.0.1:1')}`
    const urls = { EXCHANGE_WS_URL: `${marked('ws://127.0.0.1:1')}/?key=${MARK}-key`, EXCHANGE_REST_URL: nowhere }
    const service = await started('trades-ingestor', env({ ...urls, HISTORY_HOURS: '1' }))
    await service.says(/The connection to the exchange is lost/)
    const { text } = await service.get('/readyz')
    await service.stop()
    expect(service.output + text).not.toContain(MARK)
  }, 180_000)

  it.each<[string, string, () => Record<string, string> | Promise<Record<string, string>>]>([
    ['KAFKA_SASL_PASSWORD: is not', 'candles', () => ({ KAFKA_SASL_PASSWORD: `wrong ${MARK}` })],
    ['KAFKA_BROKERS=', 'candles', () => ({ KAFKA_BROKERS: `127.0.0.1:1,alice:a,${MARK}@127.0.0.1:1` })],
    ['KAFKA_SASL_MECHANISM=magic', 'candles', () => ({ KAFKA_SASL_MECHANISM: 'magic' })],
    ['KAFKA_SASL_MECHANISM: is missing', 'candles', () => ({ KAFKA_SASL_MECHANISM: '' })],
    ['EXCHANGE_WS_URL=', 'trades-ingestor', () => ({ EXCHANGE_WS_URL: `ftp://${MARK}:${MARK}@x/?key=${MARK}` })],
    ['EXCHANGE_REST_URL=', 'trades-ingestor', () => ({ EXCHANGE_REST_URL: `${MARK}:${MARK}@x?key=${MARK}` })],
    [
      'KAFKA_SASL_TOKEN_FILE=',
      'technical-indicators',
      async () => {
        const file = join(kafka.folder, 'opaque')
        await writeFile(file, `${MARK}-token`)
        return { KAFKA_SASL_MECHANISM: 'oauthbearer', KAFKA_SASL_TOKEN_FILE: file }
      },
    ],
    [
      'KAFKA_SSL_KEY_FILE=',
      'dashboard',
      async () => {
        const { cert } = await kafka.authority.issue({ name: 'dashboard' })
        const key = join(kafka.folder, 'broken.key')
        await writeFile(key, `-----BEGIN PRIVATE KEY-----\n${MARK}\n-----END PRIVATE KEY-----\n`)
        const ca = kafka.authority.file
        return { KAFKA_SSL: 'true', KAFKA_SSL_CA_FILE: ca, KAFKA_SSL_CERT_FILE: cert, KAFKA_SSL_KEY_FILE: key }
      },
    ],
  ])(
    'is in the message about %s',
    async (message, name, variables) => {
      const service = await started(name, env(await variables()))
      expect(await service.ended).toBe(1)
      expect(service.output).toContain(message)
      expect(service.output).not.toContain(MARK)
    },
    120_000,
  )
})
