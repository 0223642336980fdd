import type { Authenticator, Mechanism, SASLOptions } from 'kafkajs'

/** Who we are to the brokers. */
export type Sasl =
  | {
      readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'
      readonly username: string
      readonly password: string
    }
  /** `token` is asked at each authentication, again before the session ends that the last one has begun. */
  | { readonly mechanism: 'oauthbearer'; token(): string }

/** The code of the error of a token that there is not, or that the broker does not take. */
export const TOKEN_REFUSED = 'TOKEN_REFUSED'

/** @returns what kafkajs takes for it. */
export function saslOf(sasl: Sasl): SASLOptions | Mechanism {
  if (sasl.mechanism !== 'oauthbearer') return { ...sasl } as SASLOptions
  return { mechanism: sasl.mechanism, authenticationProvider: args => bearer(sasl.token, args.saslAuthenticate) }
}

type SaslAuthenticate = Parameters<Mechanism['authenticationProvider']>[0]['saslAuthenticate']

/**
 * RFC 7628. kafkajs's own does not read the broker's answer: a token that is refused looks taken, and what is asked
 * next fails for ever.
 */
function bearer(token: () => string, saslAuthenticate: SaslAuthenticate): Authenticator {
  return {
    async authenticate() {
      try {
        const problem = await saslAuthenticate<string>({
          request: { encode: () => withLength(`n,,\x01auth=Bearer ${token()}\x01\x01`) },
          response: { decode: answer => answer.subarray(4), parse: String },
        })
        if (!problem) return
        // Says that the answer is understood: the broker then closes the connection.
        await saslAuthenticate({ request: { encode: () => withLength('\x01') } }).catch(() => {})
        throw new Error(`the broker answers ${problem}`)
      } catch (error) {
        throw tokenRefused(error as Error)
      }
    },
  }
}

/** Of this name, so that kafkajs takes a new connection the next time: this one has had its only try. */
const tokenRefused = (cause: Error) =>
  Object.assign(new Error(cause.message, { cause }), {
    name: 'KafkaJSConnectionError',
    code: TOKEN_REFUSED,
    retriable: false,
  })

function withLength(text: string): Buffer {
  const bytes = Buffer.from(text)
  const length = Buffer.alloc(4)
  length.writeInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}
