import { causes, isDenied, type KafkaError } from './errors.ts'
import { TOKEN_REFUSED } from './sasl.ts'
import { TLS_WANTED } from './sockets.ts'

/** The reason why a broker and we cannot work together, named after the thing to change. */
export type RefusalKind =
  /** The broker's certificate is not signed by an authority that we trust. */
  | 'authority'
  /** The broker's certificate is for another host. */
  | 'host'
  /** The broker's certificate is not valid now. */
  | 'validity'
  /** The broker requires a client certificate, or refuses ours. */
  | 'client-certificate'
  | 'credentials'
  | 'token'
  /** The broker does not support the SASL mechanism. */
  | 'mechanism'
  /** The listener does not expect authentication. */
  | 'no-sasl'
  /** The port expects TLS, but we do not use it. */
  | 'tls-wanted'
  /** The broker closed the connection before it answered: it speaks another protocol, or is starting or stopping. */
  | 'closed'
  /** We are authenticated, but not authorized. */
  | 'denied'

export interface Refusal {
  readonly kind: RefusalKind
  /** The message of the broker or the library, in one line. */
  readonly reason: string
}

/** Matched against the codes of Node's and OpenSSL's errors, and the names and types of kafkajs's. */
const KINDS: readonly (readonly [RegExp, RefusalKind])[] = [
  [/^ERR_TLS_CERT_ALTNAME_INVALID$/, 'host'],
  [/^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/, 'validity'],
  [/^(UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|CERT_|INVALID_CA)/, 'authority'],
  [/^ERR_SSL_.*ALERT_.*(CERTIFICATE|UNKNOWN_CA|HANDSHAKE_FAILURE|ACCESS_DENIED|DECRYPT_ERROR)/, 'client-certificate'],
  [new RegExp(`^${TLS_WANTED}$`), 'tls-wanted'],
  [new RegExp(`^${TOKEN_REFUSED}$`), 'token'],
  [/^(KafkaJSSASLAuthenticationError|SASL_AUTHENTICATION_FAILED)$/, 'credentials'],
  [/^UNSUPPORTED_SASL_MECHANISM$/, 'mechanism'],
  [/^ILLEGAL_SASL_STATE$/, 'no-sasl'],
  [/^(ECONNRESET|EPIPE|KafkaJSConnectionClosedError)$/, 'closed'],
]
const ALERT = /alert ([a-z ]+):/

/** @returns the reason why the broker and we cannot work together; undefined for other errors. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (isDenied(error)) return { kind: 'denied', reason: (error as Error).message }
  for (const [pattern, kind] of KINDS)
    for (const cause of causes(error))
      if ([cause.code, cause.type, cause.name].some(name => pattern.test(String(name ?? ''))))
        return { kind, reason: reasonOf(cause) }
  return undefined
}

function reasonOf({ message }: KafkaError): string {
  const [, alert] = ALERT.exec(message) ?? []
  return (alert ?? message.replace(/^Connection error: /, '').replace(/;.*/s, '')).trim()
}
