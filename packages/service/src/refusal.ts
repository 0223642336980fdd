import { type Refusal, type RefusalKind, refusalOf } from '@candlewick/kafka'
import { GroupTaken } from '@candlewick/streams'
import { describe, type Problem } from './config-error.ts'
import { expiryOf, readToken } from './token.ts'
import type { CommonConfig } from './variables.ts'

/** Problems for whose end a service waits: a broker that is starting, or a missing right that somebody has to grant. */
const MAY_PASS: readonly RefusalKind[] = ['closed', 'denied']

/** The variable to change, for each reason why the broker and this service cannot connect. */
const PROBLEMS: Readonly<Record<Exclude<RefusalKind, 'denied'>, (config: CommonConfig, reason: string) => Problem>> = {
  authority: ({ KAFKA_SSL_CA_FILE: value }, reason) => ({
    variable: 'KAFKA_SSL_CA_FILE',
    value,
    problem: `${value ? 'is not' : 'is missing: no authority that Node knows is'} the one that signed the broker's certificate (${reason})`,
  }),
  host: ({ KAFKA_BROKERS }, reason) => ({
    variable: 'KAFKA_BROKERS',
    value: KAFKA_BROKERS.join(),
    problem: `the broker's certificate is for another host (${reason})`,
  }),
  validity: ({ KAFKA_BROKERS }, reason) => ({
    variable: 'KAFKA_BROKERS',
    value: KAFKA_BROKERS.join(),
    problem: `the broker's certificate is not valid now (${reason})`,
  }),
  'client-certificate': ({ KAFKA_SSL_CERT_FILE: value }, reason) => ({
    variable: 'KAFKA_SSL_CERT_FILE',
    value,
    problem: value
      ? `the broker does not accept this certificate, or KAFKA_SSL_KEY_FILE (${reason})`
      : `is missing: the broker requires a client certificate (${reason})`,
  }),
  credentials: ({ KAFKA_SASL_USERNAME, KAFKA_SASL_MECHANISM }, reason) => ({
    variable: 'KAFKA_SASL_PASSWORD',
    problem: `is not that of KAFKA_SASL_USERNAME=${KAFKA_SASL_USERNAME} by KAFKA_SASL_MECHANISM=${KAFKA_SASL_MECHANISM} (${reason})`,
  }),
  token: ({ KAFKA_SASL_TOKEN_FILE: value }, reason) => ({
    variable: 'KAFKA_SASL_TOKEN_FILE',
    value,
    problem: `the broker does not accept its token${expired(value)} (${reason})`,
  }),
  mechanism: ({ KAFKA_SASL_MECHANISM: value }, reason) => ({
    variable: 'KAFKA_SASL_MECHANISM',
    value,
    problem: `the broker does not know it (${reason})`,
  }),
  'no-sasl': ({ KAFKA_SASL_MECHANISM: value }, reason) => ({
    variable: 'KAFKA_SASL_MECHANISM',
    value,
    problem: `this port of the broker requires no authentication, or refuses a repetition so soon (${reason})`,
  }),
  'tls-wanted': (_, reason) => ({ variable: 'KAFKA_SSL', value: 'false', problem: reason }),
  closed: ({ KAFKA_SSL, KAFKA_SASL_MECHANISM }) => {
    const requires = KAFKA_SSL
      ? 'does not speak TLS'
      : `requires TLS${KAFKA_SASL_MECHANISM ? '' : ' or a KAFKA_SASL_MECHANISM'}`
    return { variable: 'KAFKA_SSL', value: String(KAFKA_SSL), problem: `if this continues, the port ${requires}` }
  },
}

/** @returns the mistake in the configuration if the error shows that waiting does not help; undefined otherwise. */
export function misconfigured(error: unknown, config: CommonConfig): Problem | undefined {
  if (error instanceof GroupTaken) {
    const { service, topic } = error.by
    const problem = `is used by ${service} on ${topic}; give each service its own`
    return { variable: 'CONSUMER_GROUP', value: error.group, problem }
  }
  const refusal = refusalOf(error)
  return refusal && !MAY_PASS.includes(refusal.kind) ? problemOf(refusal, config) : undefined
}

/** @returns whether the broker recognises this service and denies it a right. */
export const isDenied = (error: unknown): boolean => refusalOf(error)?.kind === 'denied'

/** @returns the remedy of the error; undefined if its message already names one. */
export function remedyOf(error: unknown, config: CommonConfig): string | undefined {
  const refusal = refusalOf(error)
  if (refusal?.kind === 'denied') return "docs/security.md lists each service's rights; `npm run acls` grants them"
  const problem = refusal && problemOf(refusal, config)
  return problem && describe(problem)
}

const problemOf = ({ kind, reason }: Refusal, config: CommonConfig): Problem | undefined =>
  kind === 'denied' ? undefined : PROBLEMS[kind](config, reason)

function expired(file: string | undefined): string {
  try {
    const at = expiryOf(readToken(file ?? ''))
    return at !== undefined && at < Date.now() ? `, which expired at ${new Date(at).toISOString()}` : ''
  } catch {
    return ''
  }
}
