import fc from 'fast-check'
import { expect, it } from 'vitest'
import { KeyIndex } from '../../src/memory/key-interner.ts'

const numberOf = (index: KeyIndex, key: string) => {
  const bytes = Buffer.from(`<${key}>`)
  return index.number(bytes, 1, bytes.length - 1)
}

it('numbers keys in the order in which they come, and knows their texts', () => {
  const index = new KeyIndex()
  fc.assert(
    fc.property(fc.uniqueArray(fc.string({ unit: 'grapheme', maxLength: 100 }), { maxLength: 3000 }), keys => {
      index.clear()
      const numbers = keys.map((_, i) => i)
      for (let i = 0; i < 2; i++) expect(keys.map(key => numberOf(index, key))).toEqual(numbers)
      expect(numbers.map(n => index.texts[n])).toEqual(keys)
      expect(index.size).toBe(keys.length)
    }),
    { numRuns: 50 },
  )
})

it('holds more keys than it began with room for', () => {
  const index = new KeyIndex()
  const keys = Array.from({ length: 20_000 }, (_, i) => `PAIR-${i}/USD`)
  for (let i = 0; i < 2; i++) expect(keys.map(key => numberOf(index, key))).toEqual(keys.map((_, n) => n))
  expect(index.texts[19_999]).toBe('PAIR-19999/USD')
})

it('tells long keys apart that differ only in their middle', () => {
  const index = new KeyIndex()
  const keys = Array.from({ length: 1000 }, (_, i) => `BTC-27MAR26-${100_000 + 5 * i}-C`)
  for (let i = 0; i < 2; i++) expect(keys.map(key => numberOf(index, key))).toEqual(keys.map((_, n) => n))
})

it('numbers as many keys as its slots have numbers, until it is cleared', () => {
  const index = new KeyIndex()
  const keys = Array.from({ length: 2 ** 16 - 1 }, (_, n) => `PAIR-${n}`)
  expect(keys.every((key, n) => !index.isFull && numberOf(index, key) === n)).toBe(true)
  expect(index.isFull).toBe(true)
  expect(numberOf(index, 'one more')).toBe(-1)
  expect(keys.every((key, n) => numberOf(index, key) === n)).toBe(true)
  index.clear()
  expect(numberOf(index, 'one more')).toBe(0)
  expect(numberOf(index, keys[0]!)).toBe(1)
})

it('keeps nothing of the bytes that it was shown', () => {
  const index = new KeyIndex()
  const bytes = Buffer.from('BTC/USD')
  expect(index.number(bytes, 0, 7)).toBe(0)
  bytes.write('ETH')
  expect(index.number(bytes, 0, 7)).toBe(1)
  expect(index.number(Buffer.from('BTC/USD'), 0, 7)).toBe(0)
})

it('gives no number to keys that are no UTF-8, as different ones have the same text', () => {
  const index = new KeyIndex()
  for (const byte of [0xff, 0xfe]) expect(index.number(Buffer.from([byte]), 0, 1)).toBe(-1)
  expect(index.size).toBe(0)
})
