import fc from 'fast-check'
import { expect, it } from 'vitest'
import { KeyInterner } from '../../src/memory/key-interner.ts'

const idOf = (interner: KeyInterner, key: string) => {
  const bytes = Buffer.from(`<${key}>`)
  return interner.intern(bytes, 1, bytes.length - 1)
}

/** U+FFFD is what bytes that are not UTF-8 decode to, so keys that contain it get no id. */
const key = fc.string({ unit: 'grapheme', maxLength: 100 }).filter(text => !text.includes('\ufffd'))

it('assigns ids to keys in the order of their first occurrence, and keeps their texts', () => {
  const interner = new KeyInterner()
  fc.assert(
    fc.property(fc.uniqueArray(key, { maxLength: 3000 }), keys => {
      interner.clear()
      const ids = keys.map((_, i) => i)
      for (let i = 0; i < 2; i++) expect(keys.map(key => idOf(interner, key))).toEqual(ids)
      expect(ids.map(id => interner.texts[id])).toEqual(keys)
      expect(interner.size).toBe(keys.length)
    }),
    { numRuns: 50 },
  )
})

it('grows beyond its initial capacity', () => {
  const interner = new KeyInterner()
  const keys = Array.from({ length: 20_000 }, (_, i) => `PAIR-${i}/USD`)
  for (let i = 0; i < 2; i++) expect(keys.map(key => idOf(interner, key))).toEqual(keys.map((_, n) => n))
  expect(interner.texts[19_999]).toBe('PAIR-19999/USD')
})

it('distinguishes long keys that differ only in their middle', () => {
  const interner = new KeyInterner()
  const keys = Array.from({ length: 1000 }, (_, i) => `BTC-27MAR26-${100_000 + 5 * i}-C`)
  for (let i = 0; i < 2; i++) expect(keys.map(key => idOf(interner, key))).toEqual(keys.map((_, n) => n))
})

it('assigns as many ids as fit into a slot, until it is cleared', () => {
  const interner = new KeyInterner()
  const keys = Array.from({ length: 2 ** 16 - 1 }, (_, n) => `PAIR-${n}`)
  expect(keys.every((key, n) => !interner.isFull && idOf(interner, key) === n)).toBe(true)
  expect(interner.isFull).toBe(true)
  expect(idOf(interner, 'one more')).toBe(-1)
  expect(keys.every((key, n) => idOf(interner, key) === n)).toBe(true)
  interner.clear()
  expect(idOf(interner, 'one more')).toBe(0)
  expect(idOf(interner, keys[0]!)).toBe(1)
})

it('does not depend on the bytes of a key once it is interned', () => {
  const interner = new KeyInterner()
  const bytes = Buffer.from('BTC/USD')
  expect(interner.intern(bytes, 0, 7)).toBe(0)
  bytes.write('ETH')
  expect(interner.intern(bytes, 0, 7)).toBe(1)
  expect(interner.intern(Buffer.from('BTC/USD'), 0, 7)).toBe(0)
})

it('assigns no id to keys that are not UTF-8, because different keys can have the same text', () => {
  const interner = new KeyInterner()
  for (const byte of [0xff, 0xfe]) expect(interner.intern(Buffer.from([byte]), 0, 1)).toBe(-1)
  expect(interner.size).toBe(0)
})
