import { EXCHANGE_NAMES } from '@candlewick/exchanges'
import { expect, it } from 'vitest'
import { stop, tradeTexts, world } from './harness.ts'

/** SHIB and PEPE: 18 digits are more than a double holds. */
const DIGITS: readonly (readonly [string, string])[] = [
  ['0.000012345678901234', '123456789012345678'],
  ['0.000000001', '1000000000000.000001'],
  ['64000.10', '0.100000000000000005'],
]
const PAIR = 'SHIB/USD'

it.each(EXCHANGE_NAMES.flatMap(name => DIGITS.map(digits => [name, ...digits] as const)))(
  '%s: keeps the digits of price %s and quantity %s in the topic',
  async (spoken, price, qty) => {
    const on = world({ spoken })
    const connect: typeof on.exchange.connect = (url, handlers) =>
      on.exchange.connect(url, {
        ...handlers,
        message: text =>
          handlers.message(
            text.replace(/("(?:price|p)":"?)[\d.]+/g, `$1${price}`).replace(/("(?:qty|q|size)":"?)[\d.]+/g, `$1${qty}`),
          ),
      })
    const ingestor = on.ingestor({ pairs: [PAIR], source: on.feed([PAIR], connect) })
    const running = ingestor.run()
    await on.clock.pass(5000)
    await stop(on, ingestor)
    await running
    const texts = await tradeTexts(on.cluster, PAIR)
    expect(texts.length).toBeGreaterThan(10)
    for (const text of texts) expect(text).toContain(`"price":${price},"qty":${qty},`)
  },
)
