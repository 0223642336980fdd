import { describe, expect, it } from 'vitest'
import { HandoverParts, inParts } from '../../src/migration/handover-parts.ts'
import { Rejected } from '../../src/processor.ts'

const VALUE = JSON.stringify({ pair: 'a', text: 'é'.repeat(50) })
const records = (value = VALUE, epoch = '1,0', from = 10) =>
  inParts({ topic: 'h', partition: 0, key: 'a', value, headers: { control: 'handover' } }, 40, epoch).map((out, i) => ({
    offset: from + i,
    timestamp: 0,
    key: out.key,
    value: Buffer.from(out.value!),
    headers: out.headers,
  }))
const joined = (parts: HandoverParts, list: ReturnType<typeof records>) =>
  list.flatMap(record => parts.join(record) ?? []).map(({ value }) => String(value))

describe('a handover in parts', () => {
  it('is whole again after its last part, and until then the position stays before its first', () => {
    const parts = new HandoverParts()
    const list = records()
    expect(list.length).toBeGreaterThan(2)
    expect(joined(parts, list.slice(0, -1))).toEqual([])
    expect(parts.positionAt(99)).toBe(10)
    expect(joined(parts, list.slice(-1))).toEqual([VALUE])
    expect(parts.positionAt(99)).toBe(99)
  })

  it('is not affected by repeated parts, or by another handover of the key between them', () => {
    const parts = new HandoverParts()
    const [list, other] = [records(), records(VALUE.replace('pair', 'more'), '2,0', 20)]
    const mixed = [...list.slice(0, 2), ...other.slice(0, 2), ...list.slice(0, 2), ...list.slice(2), ...other.slice(2)]
    expect(joined(parts, mixed)).toEqual([VALUE, VALUE.replace('pair', 'more')])
  })

  it('is a dead letter without its first part, which retention may have deleted', () => {
    const parts = new HandoverParts()
    for (const record of records().slice(1)) expect(() => parts.join(record)).toThrow(Rejected)
    expect(parts.positionAt(99)).toBe(99)
    const [record] = records()
    for (const part of ['1/1', 'x', '-1/2', '0/0'])
      expect(() => parts.join({ ...record!, headers: { part } })).toThrow(Rejected)
  })

  it('is dropped if retention has deleted its last parts, because otherwise the position would stay before it for ever', () => {
    const parts = new HandoverParts()
    joined(parts, records().slice(0, 2))
    parts.truncate(11)
    expect(parts.positionAt(99)).toBe(99)
    joined(parts, records(VALUE, '1,0', 20).slice(0, 2))
    parts.truncate(20)
    expect(parts.positionAt(99)).toBe(20)
  })

  it('is one record if it fits into one', () => {
    const [whole, ...rest] = records('{"pair":"a"}')
    expect(rest).toEqual([])
    expect(new HandoverParts().join(whole!)).toBe(whole)
  })
})
