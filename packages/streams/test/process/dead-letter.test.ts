import { expect, it } from 'vitest'
import { deadLetterOf } from '../../src/process/dead-letter.ts'

const BATCH_BYTES = 1_048_588
const from = { topic: 'trades', partition: 2, service: 'candles' }
const why = { reason: 'malformed', detail: 'x'.repeat(600), deadLetters: 'dead-letters' }
const bytesOf = (text: string | null | undefined): number => Buffer.byteLength(text ?? '')

it.each([
  ['value', 5, 1_048_000, 0],
  ['key', 1_048_000, 100, 0],
  ['headers', 5, 100, 1_047_000],
  ['key of characters that have three bytes', 349_000, 100, 0],
])(
  'fits into a batch with its headers, if the record had hardly any room left for them: %s',
  (kind, keys, values, own) => {
    const key = (kind.endsWith('bytes') ? '币' : 'k').repeat(keys)
    const record = { offset: 7, timestamp: 0, key, value: Buffer.alloc(values, 'v'), headers: { h: 'h'.repeat(own) } }
    const letter = deadLetterOf(record, from, why)
    const headers = letter.headers!
    const bytes =
      bytesOf(letter.key) +
      letter.value!.length +
      Object.entries(headers)
        .flat()
        .reduce((n, s) => n + bytesOf(s), 0)
    expect(bytes).toBeLessThan(BATCH_BYTES - 10_000)
    const { source_topic, source_partition, source_offset, reason } = headers
    expect([source_topic, source_partition, source_offset, reason]).toEqual(['trades', '2', '7', 'malformed'])
    expect(headers.detail).toMatch(/^x{500}… \(100 characters more\)$/)
    expect(headers.cut_from_bytes).toBe(values > 512 << 10 ? String(values) : undefined)
    expect(headers.key_cut_from_characters).toBe(keys > 64 << 10 ? String(keys) : undefined)
    expect(headers.headers_cut_from_characters).toBe(own > 64 << 10 ? String(own + 8) : undefined)
  },
)

it('changes nothing of a record of the usual size', () => {
  const value = Buffer.from('{')
  const letter = deadLetterOf({ offset: 1, timestamp: 0, key: null, value }, from, { ...why, detail: 'why' })
  expect(letter).toMatchObject({ topic: 'dead-letters', partition: 0, key: null, value })
  expect(Object.keys(letter.headers!)).toEqual([
    ...['source_topic', 'source_partition', 'source_offset', 'reason', 'detail', 'service'],
  ])
})
