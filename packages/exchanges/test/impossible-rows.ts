import { describe, expect, it } from 'vitest'
import { EXCHANGES, type ExchangeName, type ExchangeTrade, type MappedTrades } from '../src/index.ts'
import type { Captures } from './contract.ts'

const ROWS = 4
const FIRST_ID = 41_000
/** Values as JSON text that no field should have, and some that are right for one field and wrong for another. */
const DEEP = 20_000
const JUNK = [
  ...'0|"0"|"0.00000000"|-1|"-1"|1.5|1e400|"1e400"|"1e100"|null|true|""|"x"|[]|{}|"NaN"|12|1e15|"2999-13-01"'.split(
    '|',
  ),
  ...'"May 5"|"2026"|"2026-01-01"|"2026-02-30T00:00:00Z"|["buy"]|["BUY"]|["b"]|[1767225600]|["1"]'.split('|'),
  '9'.repeat(90),
  `"${'1'.repeat(90)}"`,
  '['.repeat(DEEP) + ']'.repeat(DEEP),
]
const NO_ROWS = ['null', '1', '"x"', '[]', '{}', '[[]]']

const tradeNo = (pair: string, i: number): ExchangeTrade => ({
  pair,
  trade_id: FIRST_ID + i,
  side: i % 2 ? 'buy' : 'sell',
  price: `64000.${i}0`,
  qty: '0.00012000',
  timestamp_ms: 1_767_225_600_000 + i,
})

/** Every way of spoiling one value of a row: each field with each junk value, and without the field. */
function* spoiled(row: string): Generator<{ readonly text: string; readonly how: string }> {
  const parsed: Record<string, unknown> = JSON.parse(row)
  for (const key of Object.keys(parsed)) {
    for (const junk of JUNK) {
      const copy = Array.isArray(parsed) ? [...parsed] : { ...parsed }
      Object.assign(copy, { [key]: '@@' })
      yield { text: JSON.stringify(copy).replace('"@@"', junk), how: `${key}: ${junk.slice(0, 40)}` }
    }
    const { [key]: _, ...rest } = parsed
    if (!Array.isArray(parsed)) yield { text: JSON.stringify(rest), how: `no ${key}` }
  }
  for (const text of NO_ROWS) yield { text, how: text }
}

/** Reads a message or page in which the row at each position in turn is spoiled, and checks the remaining rows. */
function check(pair: string, rowOf: (trade: ExchangeTrade) => string, read: (rows: string[]) => MappedTrades): void {
  const trades = Array.from({ length: ROWS }, (_, i) => tradeNo(pair, i))
  const rows = trades.map(rowOf)
  let found = 0
  for (let position = 0; position < ROWS; position++)
    for (const { text, how } of spoiled(rows[position] ?? '')) {
      const result = read(rows.with(position, text))
      const others = trades.filter((_, i) => i !== position)
      expect(
        result.trades.filter(t => others.some(o => o.pair === t.pair && o.trade_id === t.trade_id)),
        how,
      ).toEqual(others)
      expect(result.trades.length + result.rejected.length, how).toBe(ROWS)
      // All of the junk is wrong as a time and as a side, but true is a maker's flag, and null a side that the source does not have.
      const own = result.trades.filter(t => !others.some(o => o.trade_id === t.trade_id))
      for (const { timestamp_ms, side } of own) {
        expect(timestamp_ms, how).toBe(trades[position]?.timestamp_ms)
        expect([trades[position]?.side, null, ...(how.endsWith(': true') ? ['sell'] : [])], how).toContain(side)
      }
      for (const { trade_id, problem } of result.rejected) {
        found++
        expect([FIRST_ID + position, 0, 12, null], how).toContain(trade_id)
        expect(problem, how).not.toBe('')
      }
    }
  expect(found).toBeGreaterThan(300)
}

/** Each position of a message or page takes every impossible row in turn: the other rows are read as if it were good. */
export function describeImpossibleRows(name: ExchangeName, captures: Captures): void {
  describe(`${name}: one impossible row`, () => {
    const { dialect } = EXCHANGES[name]({ pairs: captures.pairs })
    const pair = captures.pairs[0] ?? ''
    const readFrames = (rows: readonly string[], snapshot: boolean): MappedTrades => {
      const messages = captures.frames(rows, snapshot).flatMap(frame => dialect.read(frame))
      return {
        trades: messages.flatMap(message => (message.type === 'trades' ? message.trades : [])),
        // Where a frame is a row, the row can be so bad that the frame is unreadable.
        rejected: messages.flatMap(message =>
          message.type === 'rejected'
            ? message.trades
            : message.type === 'unreadable'
              ? [{ pair: null, trade_id: null, field: 'row', problem: message.problem }]
              : [],
        ),
      }
    }

    it('loses only itself from an update', () => check(pair, captures.socketRow, rows => readFrames(rows, false)))
    it('loses only itself from a snapshot', () => check(pair, captures.socketRow, rows => readFrames(rows, true)))
    it('loses only itself from a page of the history', () =>
      check(pair, captures.restRow, rows => captures.readRest(pair, captures.answer(rows))))

    it('keeps the id of its trade where the row has a valid one', () => {
      for (const wrong of [{ price: '0' }, { qty: '0.00000000' }, { qty: '1e400' }, { timestamp_ms: 1 }]) {
        const trade = { ...tradeNo(pair, 0), ...wrong }
        const rejected = [expect.objectContaining({ pair, trade_id: FIRST_ID })]
        expect(readFrames([captures.socketRow(trade)], false), JSON.stringify(wrong)).toEqual({ trades: [], rejected })
        expect(captures.readRest(pair, captures.answer([captures.restRow(trade)]))).toMatchObject({
          trades: [],
          rejected,
        })
      }
    })
  })
}
