import fc from 'fast-check'
import { expect, it } from 'vitest'
import { KeyCache } from '../../src/kafka/key-cache.ts'

it('gives the text that the bytes are, however often and whatever shares their slot', () => {
  const cache = new KeyCache(4)
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 100 }), { minLength: 1 }), texts => {
      for (const text of [...texts, ...texts]) {
        const bytes = Buffer.from(`<${text}>`)
        expect(cache.text(bytes, 1, bytes.length - 1)).toBe(bytes.toString('utf8', 1, bytes.length - 1))
      }
    }),
  )
})

it('keeps nothing of the bytes that it was shown', () => {
  const cache = new KeyCache()
  const bytes = Buffer.from('BTC/USD')
  expect(cache.text(bytes, 0, 7)).toBe('BTC/USD')
  bytes.write('ETH')
  expect(cache.text(bytes, 0, 7)).toBe('ETH/USD')
  expect(cache.text(Buffer.from('BTC/USD'), 0, 7)).toBe('BTC/USD')
})
