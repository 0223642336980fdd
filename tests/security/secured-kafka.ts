import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startApacheKafka } from '../../tools/broker/apache-kafka.ts'
import { Authority } from './certificates.ts'

/** Without Java there is no broker with an authorizer and certificates to test against. */
export const hasJava = spawnSync('java', ['-version']).status === 0
if (!hasJava) console.warn('TLS, SASL and ACLs are not tested here: there is no Java')

/** The one user of every SASL mechanism. */
export const USER = { name: 'alice', password: 'S3CRET correct horse' }

/** The listeners, each with another kind of authentication. */
const LISTENERS = {
  TLS: 'SSL',
  MTLS: 'SSL',
  ELSEWHERE: 'SSL',
  EXPIRED: 'SSL',
  SASL: 'SASL_PLAINTEXT',
  SASL_TLS: 'SASL_SSL',
}

/** Apache Kafka with TLS, client certificates and every mechanism of SASL, each on a listener of its own. */
export async function startSecuredKafka(settings: Readonly<Record<string, string>> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'candlewick-security-'))
  const authority = await Authority.make(folder, 'ca')
  const stranger = await Authority.make(folder, 'stranger')
  const here = await authority.issue({ name: 'here', ips: ['127.0.0.1'] })
  const elsewhere = await authority.issue({ name: 'elsewhere', ips: ['127.0.0.9'] })
  const expired = await authority.issue({ name: 'expired', ips: ['127.0.0.1'], expired: true })
  const broker = await startApacheKafka({
    listeners: LISTENERS,
    scram: ['SCRAM-SHA-256', 'SCRAM-SHA-512'].map(name => `${name}=[name=${USER.name},password=${USER.password}]`),
    settings: {
      'ssl.keystore.type': 'PEM',
      'ssl.keystore.location': here.both,
      'ssl.truststore.type': 'PEM',
      'ssl.truststore.location': authority.file,
      'listener.name.mtls.ssl.client.auth': 'required',
      'listener.name.elsewhere.ssl.keystore.location': elsewhere.both,
      'listener.name.elsewhere.ssl.keystore.type': 'PEM',
      'listener.name.expired.ssl.keystore.location': expired.both,
      'listener.name.expired.ssl.keystore.type': 'PEM',
      'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER',
      // Sessions end with their token.
      'connections.max.reauth.ms': '3600000',
      ...loginModules('sasl'),
      ...loginModules('sasl_tls'),
      ...settings,
    },
  })
  const stop = async () => {
    await broker.stop()
    await rm(folder, { recursive: true, force: true })
  }
  return { ...broker, stop, folder, authority, stranger }
}

function loginModules(listener: string): Record<string, string> {
  const common = 'org.apache.kafka.common.security'
  const modules = {
    plain: `${common}.plain.PlainLoginModule required user_${USER.name}="${USER.password}";`,
    'scram-sha-256': `${common}.scram.ScramLoginModule required;`,
    'scram-sha-512': `${common}.scram.ScramLoginModule required;`,
    // Tokens without a signature, for tests only.
    oauthbearer: `${common}.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";`,
  }
  return Object.fromEntries(
    Object.entries(modules).map(([name, module]) => [`listener.name.${listener}.${name}.sasl.jaas.config`, module]),
  )
}
