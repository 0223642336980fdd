import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ConfigError } from '@candlewick/service'
import { afterAll, beforeAll, describe, expect, it, type TestContext, vi } from 'vitest'
import { candles } from '../../services/candles/src/service.ts'
import { dashboard } from '../../services/dashboard/src/service.ts'
import type { CertificateFiles } from './certificates.ts'
import { hasJava, startSecuredKafka, USER } from './secured-kafka.ts'
import { type Secured, startSecured, untilReady } from './secured-service.ts'

type Variables = Readonly<Record<string, string>>

const PASSWORD = { KAFKA_SASL_USERNAME: USER.name, KAFKA_SASL_PASSWORD: USER.password }
const SASL = { KAFKA_SASL_MECHANISM: 'plain', ...PASSWORD }

describe.skipIf(!hasJava)('a service and a broker with TLS and SASL', () => {
  let kafka: Awaited<ReturnType<typeof startSecuredKafka>>
  let own: CertificateFiles
  let foreign: CertificateFiles
  let expired: CertificateFiles
  let TLS: Variables

  beforeAll(async () => {
    kafka = await startSecuredKafka()
    own = await kafka.authority.issue({ name: 'candles' })
    foreign = await kafka.stranger.issue({ name: 'candles' })
    expired = await kafka.authority.issue({ name: 'late', expired: true })
    TLS = { KAFKA_SSL: 'true', KAFKA_SSL_CA_FILE: kafka.authority.file }
  }, 120_000)
  afterAll(() => kafka?.stop())

  const at = (listener: string): Variables => ({ KAFKA_BROKERS: kafka.listeners[listener]! })
  const certificate = ({ cert, key }: CertificateFiles) => ({ KAFKA_SSL_CERT_FILE: cert, KAFKA_SSL_KEY_FILE: key })

  /** An unsigned token, which the test broker accepts. */
  async function token(name: string, expiresInS: number): Promise<string> {
    const now = Math.floor(Date.now() / 1000)
    const claims = { sub: USER.name, iat: now - 60, exp: now + expiresInS }
    const parts = [{ alg: 'none' }, claims].map(part => Buffer.from(JSON.stringify(part)).toString('base64url'))
    const file = join(kafka.folder, name)
    await mkdir(kafka.folder, { recursive: true })
    // Renamed into place, as Kubernetes does, so that nobody reads half a token.
    await writeFile(`${file}.new`, `${parts.join('.')}.\n`)
    await rename(`${file}.new`, file)
    return file
  }

  /** Starts a service that runs until the test is over, and waits until it is ready. */
  async function works(variables: Variables, { onTestFinished }: TestContext): Promise<Secured> {
    const started = await startSecured(candles, variables)
    onTestFinished(() => started.stop())
    await untilReady(started)
    return started
  }

  it.concurrent.each<[string, () => Variables]>([
    ['TLS', () => ({ ...at('TLS'), ...TLS })],
    ['a certificate', () => ({ ...at('MTLS'), ...TLS, ...certificate(own) })],
    ['a password', () => ({ ...at('SASL_TLS'), ...TLS, ...SASL })],
    ['scram-sha-256', () => ({ ...at('SASL_TLS'), ...TLS, ...PASSWORD, KAFKA_SASL_MECHANISM: 'scram-sha-256' })],
    ['SCRAM-SHA-512', () => ({ ...at('SASL_TLS'), ...TLS, ...PASSWORD, KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512' })],
  ])(
    'works by %s',
    async (_, variables) => {
      const started = await startSecured(candles, variables())
      await untilReady(started).finally(() => started.stop())
    },
    90_000,
  )

  it.concurrent('presents its token, and the next one before the first has expired', async context => {
    const bearer = { KAFKA_SASL_MECHANISM: 'oauthbearer', KAFKA_SASL_TOKEN_FILE: await token('renewed', 10) }
    const started = await works({ ...at('SASL_TLS'), ...TLS, ...bearer }, context)
    await token('renewed', 3600)
    await sleep(11_000)
    await untilReady(started)
    expect(started.lines.filter(line => !line.includes('"level":"info"'))).toEqual([])
  }, 90_000)

  it.concurrent('reports at run time that its token has expired, and continues with the next one', async context => {
    const file = await token('forgotten', 10)
    const bearer = { KAFKA_SASL_MECHANISM: 'oauthbearer', KAFKA_SASL_TOKEN_FILE: file }
    const started = await works({ ...at('SASL'), ...bearer }, context)
    await token('forgotten', -60)
    const told = () => started.lines.find(line => line.includes('"remedy":'))
    const remedy = new RegExp(
      `KAFKA_SASL_TOKEN_FILE=${file}: the broker does not accept its token, which expired at 20`,
    )
    await vi.waitFor(() => expect(told()).toMatch(remedy), { timeout: 40_000 })
    await token('forgotten', 3600)
    await untilReady(started)
  }, 120_000)

  it.concurrent.each<[string, () => Variables | Promise<Variables>, RegExp]>([
    ['no authority', () => ({ ...at('TLS'), KAFKA_SSL: 'true' }), /^KAFKA_SSL_CA_FILE: is missing: .*verify the first/],
    [
      'a wrong authority',
      () => ({ ...at('TLS'), KAFKA_SSL: 'true', KAFKA_SSL_CA_FILE: kafka.stranger.file }),
      /^KAFKA_SSL_CA_FILE=\S+stranger.crt: is not the one that signed the broker's certificate/,
    ],
    [
      'a certificate of another host',
      () => ({ ...at('ELSEWHERE'), ...TLS }),
      /^KAFKA_BROKERS=127.0.0.1:\d+: the broker's certificate is for another host .*127.0.0.1 is not in .* 127.0.0.9/,
    ],
    [
      'a broker whose certificate has expired',
      () => ({ ...at('EXPIRED'), ...TLS }),
      /^KAFKA_BROKERS=127.0.0.1:\d+: the broker's certificate is not valid now \(certificate has expired\)$/,
    ],
    [
      'no certificate of its own',
      () => ({ ...at('MTLS'), ...TLS }),
      /^KAFKA_SSL_CERT_FILE: is missing: the broker requires a client certificate/,
    ],
    [
      'a certificate of its own that nobody trusts',
      () => ({ ...at('MTLS'), ...TLS, ...certificate(foreign) }),
      /^KAFKA_SSL_CERT_FILE=\S+stranger-candles.crt: the broker does not accept this certificate/,
    ],
    [
      'a certificate of its own that has expired',
      () => ({ ...at('MTLS'), ...TLS, ...certificate(expired) }),
      /^KAFKA_SSL_CERT_FILE=\S+ca-late.crt: the broker does not accept this certificate/,
    ],
    ['no TLS at a port that speaks it', () => at('TLS'), /^KAFKA_SSL=false: the port speaks TLS$/],
    [
      'a password without TLS at a port that speaks it',
      () => ({ ...at('SASL_TLS'), ...SASL }),
      /^KAFKA_SSL=false: the port speaks TLS$/,
    ],
    ...['plain', 'scram-sha-256', 'scram-sha-512'].map(
      mechanism =>
        [
          `a wrong password by ${mechanism}`,
          () => ({
            ...at('SASL'),
            ...PASSWORD,
            KAFKA_SASL_MECHANISM: mechanism,
            KAFKA_SASL_PASSWORD: 'wrong-password',
          }),
          new RegExp(`^KAFKA_SASL_PASSWORD: is not that of KAFKA_SASL_USERNAME=alice by \\S+=${mechanism} \\(`),
        ] as [string, () => Variables, RegExp],
    ),
    [
      'an unknown user',
      () => ({ ...at('SASL'), ...SASL, KAFKA_SASL_USERNAME: 'nobody' }),
      /^KAFKA_SASL_PASSWORD: is not that of KAFKA_SASL_USERNAME=nobody by KAFKA_SASL_MECHANISM=plain/,
    ],
    [
      'a password for a broker that wants none',
      () => ({ ...at('TLS'), ...TLS, ...SASL }),
      /^KAFKA_SASL_MECHANISM=plain: this port of the broker requires no authentication/,
    ],
    [
      'an expired token',
      async () => ({
        ...at('SASL'),
        KAFKA_SASL_MECHANISM: 'oauthbearer',
        KAFKA_SASL_TOKEN_FILE: await token('old', -60),
      }),
      /^KAFKA_SASL_TOKEN_FILE=\S+old: the broker does not accept its token, which expired at .*invalid_token/,
    ],
    [
      'no token',
      () => ({ ...at('SASL'), KAFKA_SASL_MECHANISM: 'oauthbearer', KAFKA_SASL_TOKEN_FILE: '/nowhere/token' }),
      /^KAFKA_SASL_TOKEN_FILE=\/nowhere\/token: ENOENT/,
    ],
    [
      'a key of another certificate',
      () => ({ ...at('MTLS'), ...TLS, ...certificate({ ...own, key: foreign.key }) }),
      /^KAFKA_SSL_KEY_FILE=\S+stranger-candles.key: cannot be used \(key values mismatch\)$/,
    ],
  ])(
    'ends with one line that names the variable: %s',
    async (_, variables, message) => {
      const started = startSecured(candles, await variables())
      const error = await started.then(
        () => undefined,
        error => error,
      )
      expect(error).toBeInstanceOf(ConfigError)
      expect(error.message).toMatch(message)
      expect(error.message).not.toContain('\n')
    },
    90_000,
  )

  it.concurrent('the dashboard keeps running, and reports which variable to change', async ({ onTestFinished }) => {
    const wrong = { ...at('SASL'), ...SASL, KAFKA_SASL_PASSWORD: 'wrong-password' }
    const { service, stop } = await startSecured(dashboard, wrong)
    onTestFinished(stop)
    const says = () =>
      expect(service.ready()).toContain('(KAFKA_SASL_PASSWORD: is not that of KAFKA_SASL_USERNAME=alice')
    await vi.waitFor(says, { timeout: 30_000 })
    expect((await fetch(service.url)).status).toBe(200)
  }, 90_000)

  it.concurrent.each<[string, () => Variables, string]>([
    [
      'TLS to a port without',
      () => ({ ...at('SASL'), ...TLS }),
      'KAFKA_SSL=true: if this continues, the port does not speak TLS',
    ],
    [
      'no password to a port that wants one',
      () => at('SASL'),
      'KAFKA_SSL=false: if this continues, the port requires TLS or a KAFKA_SASL_MECHANISM',
    ],
  ])(
    'waits with growing delays where the broker may still be starting: %s',
    async (_, variables, hint) => {
      const lines: string[] = []
      const stopping = new AbortController()
      const starting = startSecured(candles, variables(), lines, stopping.signal).catch(error => error.message)
      const retries = () => lines.flatMap(line => JSON.parse(line).retry_in_ms ?? [])
      await vi.waitFor(() => expect(retries().length).toBeGreaterThan(1), { timeout: 30_000 })
      expect(retries().slice(0, 2)).toEqual([500, 1000])
      expect(lines.join('')).toContain(hint)
      stopping.abort(new Error('told to stop'))
      expect(await starting).toBe('The operation was aborted')
    },
    90_000,
  )
})
