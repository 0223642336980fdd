import { expect, it } from 'vitest'
import { hiderOf, shown } from '../src/secrets.ts'

it.each([
  ['KAFKA_SASL_PASSWORD', 'hunter2', '***'],
  ['KAFKA_SASL_TOKEN_FILE', '/run/token', '/run/token'],
  ['KAFKA_BROKERS', 'alice:hunter2@broker:9092', '***@broker:9092'],
  ['EXCHANGE_WS_URL', 'wss://alice:hun@ter2@exchange/v2?key=hunter2&x=hunter2', '***@exchange/v2?key=***&x=***'],
  ['HTTP_PORT', 'x', 'x'],
])('shows only part of %s=%s: %s', (variable, value, what) => {
  expect(shown(variable, value)).toBe(what)
})

it('hides passwords, and the secrets in URLs, in any text', () => {
  const env = {
    KAFKA_SASL_PASSWORD: 'quote"inside',
    EXCHANGE_WS_URL: 'wss://alice-b:pass%20word@exchange/v2?key=my-api-key',
    KAFKA_SASL_TOKEN_FILE: '/run/token',
    HTTP_HOST: '127.0.0.1',
  }
  const hide = hiderOf(env, Object.keys(env))
  const text = `${JSON.stringify({ a: 'quote"inside' })} quote"inside pass word pass%20word my-api-key /run/token 127.0.0.1`
  expect(hide(text)).toBe('{"a":"***"} *** *** *** *** /run/token 127.0.0.1')
})
