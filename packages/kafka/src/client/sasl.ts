import type { Authenticator, Mechanism, SASLOptions } from 'kafkajs'
import { KafkaJSConnectionError } from './kafkajs.ts'

/** How we authenticate ourselves to the brokers. */
export type Sasl =
  | {
      readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'
      readonly username: string
      readonly password: string
    }
  /** `token` is called for each authentication: at each connection, and again before the session ends. */
  | { readonly mechanism: 'oauthbearer'; token(): string }

/** The `code` of the error when there is no token, or the broker refuses it. */
export const TOKEN_REFUSED = 'TOKEN_REFUSED'

/** @returns the authentication as options of kafkajs. */
export function saslOf(sasl: Sasl): SASLOptions | Mechanism {
  if (sasl.mechanism !== 'oauthbearer') return { ...sasl } as SASLOptions
  return {
    mechanism: sasl.mechanism,
    authenticationProvider: ({ host, port, saslAuthenticate }) =>
      bearer(sasl.token, saslAuthenticate, `${host}:${port}`),
  }
}

type SaslAuthenticate = Parameters<Mechanism['authenticationProvider']>[0]['saslAuthenticate']

/**
 * RFC 7628. kafkajs's own provider does not read the broker's answer: a refused token looks accepted, and every later request
 * fails.
 */
function bearer(token: () => string, saslAuthenticate: SaslAuthenticate, broker: string): Authenticator {
  return {
    async authenticate() {
      try {
        const problem = await saslAuthenticate<string>({
          request: { encode: () => withLength(`n,,\x01auth=Bearer ${token()}\x01\x01`) },
          response: { decode: answer => answer.subarray(4), parse: String },
        })
        if (!problem) return
        // Acknowledges the error; the broker then closes the connection.
        await saslAuthenticate({ request: { encode: () => withLength('\x01') } }).catch(() => {})
        throw new Error(`the broker answers ${problem}`)
      } catch (error) {
        throw tokenRefused(error as Error, broker)
      }
    },
  }
}

/** A connection error, because this connection cannot be used any more: kafkajs opens another one for the next attempt. */
const tokenRefused = (cause: Error, broker: string) =>
  Object.assign(new KafkaJSConnectionError(cause.message, { broker, code: TOKEN_REFUSED }), {
    cause,
    retriable: false,
  })

function withLength(text: string): Buffer {
  const bytes = Buffer.from(text)
  const length = Buffer.alloc(4)
  length.writeInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}
