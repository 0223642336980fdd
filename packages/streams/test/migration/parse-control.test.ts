import { describe, expect, it } from 'vitest'
import type { LogRecord, OutRecord } from '../../src/index.ts'
import { type ControlKind, controlRecord, handoversRecord } from '../../src/migration/control-records.ts'
import { parseControl, parseControlAgain } from '../../src/migration/parse-control.ts'

const record = (control: string, value: unknown, key: string | null = 'k'): LogRecord => ({
  offset: 0,
  timestamp: 0,
  key,
  value: value === null ? null : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
  headers: { control },
})
const MESSAGES = {
  arrive: { pair: 'k', epoch: [1, 0], from: 2, complete_from_ms: 5 },
  move: { pair: 'k', epoch: [1, 0], to: 2 },
  handover: {
    group: 'g',
    pair: 'k',
    epoch: [1, 0],
    state: { v: 3, config: 'c', route: null, state: { n: 1 } },
    lost: false,
  },
  ask: { group: 'g', pair: 'k', epoch: [1, 0], reply_to: 1, after: -1 },
} as const

const read = ({ key, value, headers }: OutRecord): LogRecord => ({
  offset: 0,
  timestamp: 0,
  key,
  value: value === null ? null : Buffer.from(value),
  headers,
})

const GOOD = controlRecord('t', 0, 'move', MESSAGES.move)
const withContent = (content: string): LogRecord => read({ ...GOOD, headers: { control: 'move', content } })

describe('a control record', () => {
  it.each(Object.entries(MESSAGES))(
    '%s is read from its header, and from its value as version 0.1 wrote it',
    (kind, message) => {
      expect(parseControl(read(controlRecord('t', 0, kind as ControlKind, message)))).toEqual({ kind, message })
      expect(parseControl(record(kind, message))).toEqual({ kind, message })
    },
  )

  it('of a topic that others read has no value', () => {
    const { value, headers } = controlRecord('trades', 0, 'move', MESSAGES.move)
    expect({ value, headers }).toEqual({
      value: null,
      headers: { control: 'move', content: '{"pair":"k","epoch":[1,0],"to":2}' },
    })
  })

  it.each(['handover', 'ask'] as const)('%s keeps its content in the value', kind => {
    const made = handoversRecord('h', 0, kind, MESSAGES[kind])
    expect(made.headers).toEqual({ control: kind })
    expect(parseControl(read(made))).toEqual({ kind, message: MESSAGES[kind] })
  })

  it('of a kind that the protocol does not have is left to the processor', () => {
    expect(parseControl(record('gap', { pair: 'k', from_ms: 1 }))).toEqual({
      kind: 'other',
      message: { pair: 'k', from_ms: 1 },
    })
  })

  it('of another group is foreign, even if it is malformed otherwise', () => {
    expect(parseControl(record('handover', { pair: 'k', group: 'other' }), 'g')).toEqual({ kind: 'foreign' })
  })

  it.each([
    [
      'without any content',
      'move',
      null,
      'k',
      /^control record move: the record has neither the header content nor a value$/,
    ],
    ['that is not JSON', 'move', '{', 'k', /^control record move: the value is not JSON/],
    ['that is no object', 'move', [1], 'k', /^control record move: /],
    ['of another key', 'move', MESSAGES.move, 'x', /^control record move: pair k is not the record's key, x$/],
    ['without a key', 'move', MESSAGES.move, null, /^control record move: the record has no key$/],
    ['to a negative partition', 'move', { ...MESSAGES.move, to: -1 }, 'k', /^control record move: to: /],
    ['with half an epoch', 'arrive', { ...MESSAGES.arrive, epoch: [1] }, 'k', /^control record arrive: epoch/],
    ['without a configuration', 'handover', { ...MESSAGES.handover, state: {} }, 'k', /handover: state.config: /],
    ['without a place to answer', 'ask', { ...MESSAGES.ask, reply_to: 'a' }, 'k', /^control record ask: reply_to: /],
  ])('%s is malformed', (_, kind, value, key, message) => {
    expect(() => parseControl(record(kind, value, key))).toThrow(message)
    expect(parseControlAgain(record(kind, value, key))).toBeNull()
  })
  it.each([
    [
      'with both a value and content',
      { ...read(GOOD), value: Buffer.from(GOOD.headers!.content!) },
      /both the header content and a value$/,
    ],
    [
      'with an empty value and content',
      { ...read(GOOD), value: Buffer.alloc(0) },
      /both the header content and a value$/,
    ],
    ['without a key', { ...read(GOOD), key: null }, /the record has no key$/],
    ['whose content is of another key', { ...read(GOOD), key: 'x' }, /pair k is not the record's key, x$/],
    ['whose content is empty', withContent(''), /the header content is not JSON/],
    ['whose content is not JSON', withContent('{'), /the header content is not JSON/],
    ['whose content is null', withContent('null'), /expected object/],
    ['whose content lacks a field', withContent('{"pair":"k","epoch":[1,0]}'), /to: /],
    ['whose content has a wrong type', withContent('{"pair":"k","epoch":"1","to":2}'), /epoch: /],
  ])('%s is malformed', (_, hostile, message) => {
    expect(() => parseControl(hostile)).toThrow(message)
    expect(() => parseControl(hostile)).toThrow(/^control record move: /)
    expect(parseControlAgain(hostile)).toBeNull()
  })
})
