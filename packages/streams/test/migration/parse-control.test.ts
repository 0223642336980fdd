import { describe, expect, it } from 'vitest'
import type { LogRecord } from '../../src/index.ts'
import { controlRecord } from '../../src/migration/control-records.ts'
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

describe('a control record', () => {
  it.each(Object.entries(MESSAGES))('%s is read as it was written', (kind, message) => {
    const { value, key, headers } = controlRecord('t', 0, kind as keyof typeof MESSAGES, message)
    const read = parseControl({ offset: 0, timestamp: 0, key, value: Buffer.from(String(value)), headers })
    expect(read).toEqual({ kind, message })
  })

  it('of a kind that the protocol does not have is left to the processor', () => {
    expect(parseControl(record('gap', { pair: 'k', from_ms: 1 }))).toEqual({
      kind: 'other',
      message: { pair: 'k', from_ms: 1 },
    })
  })

  it('of another group is foreign, whatever else is in it', () => {
    expect(parseControl(record('handover', { pair: 'k', group: 'other' }), 'g')).toEqual({ kind: 'foreign' })
  })

  it.each([
    ['without a value', 'move', null, 'k', /^control record move: the record has no value$/],
    ['that is not JSON', 'move', '{', 'k', /^control record move: the value is not JSON/],
    ['that is no object', 'move', [1], 'k', /^control record move: /],
    ['of another key', 'move', MESSAGES.move, 'x', /^control record move: pair k is not the record's key, x$/],
    ['without a key', 'move', MESSAGES.move, null, /^control record move: pair k is not the record's key, null$/],
    ['to a negative partition', 'move', { ...MESSAGES.move, to: -1 }, 'k', /^control record move: to: /],
    ['with half an epoch', 'arrive', { ...MESSAGES.arrive, epoch: [1] }, 'k', /^control record arrive: epoch/],
    ['without a configuration', 'handover', { ...MESSAGES.handover, state: {} }, 'k', /handover: state.config: /],
    ['without a place to answer', 'ask', { ...MESSAGES.ask, reply_to: 'a' }, 'k', /^control record ask: reply_to: /],
  ])('%s is malformed', (_, kind, value, key, message) => {
    expect(() => parseControl(record(kind, value, key))).toThrow(message)
    expect(parseControlAgain(record(kind, value, key))).toBeNull()
  })
})
