import { Trade } from '@candlewick/market-data'
import { Rejected } from '@candlewick/streams'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type EncodedTrade, TradeDecoder } from '../src/trade-decoder.ts'

const decoder = new TradeDecoder()
/** Hashes of the contents that {@link expectAlike} has decoded. */
const hashes: number[] = []
const MALFORMED = 'malformed'
const WRITTEN_MS = 1_800_000_000_123

/** The plain way: JSON.parse, then the schema. */
function plainly(bytes: Buffer, pair: string): object | string {
  try {
    const trade = Trade.parse(JSON.parse(bytes.toString()))
    if (trade.pair !== pair) return MALFORMED
    const { trade_id, side, price, qty, timestamp_ms } = trade
    return { trade_id, buy: side === 'buy', price, qty, timestamp_ms, written_ms: WRITTEN_MS }
  } catch {
    return MALFORMED
  }
}

/** Key and value amid others, as a fetched record has them. */
function amid(key: string, value: Buffer): EncodedTrade {
  const keyBytes = Buffer.from(key)
  const bytes = Buffer.concat([Buffer.from('7}'), keyBytes, Buffer.from('{"pair":"9'), value, Buffer.from('7}')])
  const keyEnd = 2 + keyBytes.length
  const start = keyEnd + 10
  return { key, value, bytes, keyStart: 2, keyEnd, start, end: start + value.length, timestamp: WRITTEN_MS }
}

function decoded(record: EncodedTrade, pair: string): object | string {
  try {
    const { content_hash, ...trade } = decoder.decode(record, pair)
    hashes.push(content_hash)
    return trade
  } catch (error) {
    if (error instanceof Rejected) return error.reason
    throw error
  }
}

function expectAlike(text: string | Buffer, pair: string): void {
  const value = Buffer.from(text)
  const expected = plainly(value, pair)
  const alone = { key: pair, value, timestamp: WRITTEN_MS }
  const among = amid(pair, value)
  hashes.length = 0
  expect(decoded(alone, pair)).toEqual(expected)
  expect(decoded(among, pair)).toEqual(expected)
  // The spaces make the decoder take the other way.
  if (typeof expected === 'object') decoded({ ...alone, value: Buffer.from(` ${value}`) }, pair)
  expect(new Set(hashes).size).toBe(typeof expected === 'object' ? 1 : 0)
}

const digits = (min: number, max: number) =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength: min, maxLength: max }).map(list => list.join(''))
const decimal = fc.oneof(
  fc.tuple(digits(1, 20), digits(1, 30)).map(([whole, fraction]) => `${whole}.${fraction}`),
  fc.tuple(digits(1, 10), digits(1, 8)).map(([whole, fraction]) => `${Number(whole)}.${fraction}`),
  digits(1, 25),
  fc.tuple(fc.nat(40), digits(1, 15)).map(([zeros, fraction]) => `0.${'0'.repeat(zeros)}${fraction}`),
  fc.double({ noNaN: true }).map(String),
  fc.tuple(digits(1, 4), fc.integer({ min: -340, max: 340 })).map(([m, e]) => `${m}e${e}`),
)
const integer = fc.oneof(
  fc.nat().map(String),
  digits(1, 12),
  digits(15, 19),
  fc.maxSafeNat().map(String),
  fc.double().map(String),
)
const time = fc.oneof(
  fc.integer({ min: 1_500_000_000_000, max: 1_900_000_000_000 }).map(String),
  fc.constantFrom('99999999999', '100000000000', '99999999999999', '100000000000000', '1767225600', '1767225600123456'),
  integer,
)
const pairs = fc.oneof(
  fc.constantFrom(
    'BTC/USD',
    'ETH/USD',
    'a"b',
    'a\\b',
    'é/€',
    '1INCH/USD',
    '😀',
    '\u007f',
    'a"b/USD',
    'ab\\n/USD',
    'DEL\u007f',
  ),
  fc.string({ unit: 'binary', maxLength: 120 }),
)
const side = fc.constantFrom('"buy"', '"sell"', 'null', '"b"', '""', 'nul', 'true')

/** A raw value, which may not be JSON. */
const unescaped = ([pair, ...rest]: readonly string[]): [string, string] => {
  const [, text] = encoded(['PAIR', ...rest])
  return [pair!, text.replace('PAIR', () => pair!)]
}
const encoded = ([pair, id, side, price, qty, ms]: readonly string[]): [string, string] => [
  pair!,
  `{"pair":${JSON.stringify(pair)},"trade_id":${id},"side":${side},"price":${price},"qty":${qty},"timestamp_ms":${ms}}`,
]
const SOUND = ['BTC/USD', '71234567', '"buy"', '64000.10', '0.00120000', '1767225600123']
const odd = fc.constantFrom(...'aZ/09 ~"\\\u0001\u001f\u007f\u0080é')
/** A record in the form that our ingestor writes, with arbitrary values in all fields or in one. */
const wild = fc.tuple(pairs, integer, side, decimal, decimal, time)
const written = fc.oneof(
  wild.map(encoded),
  fc
    .tuple(fc.oneof(pairs, fc.string({ unit: odd, minLength: 4, maxLength: 9 })), fc.nat())
    .map(([pair, id]) => unescaped(SOUND.with(0, pair).with(1, String(id)))),
  fc.tuple(wild, fc.nat(5)).map(([values, at]) => encoded(SOUND.with(at, values[at]!))),
)
const sound = fc
  .tuple(fc.nat(), fc.constantFrom('"buy"', '"sell"', 'null'), fc.nat(), digits(1, 12))
  .map(([id, side, price, qty]) => encoded(['BTC/USD', String(id), side, `${price}.5`, `0.${qty}`, '1767225600123']))

describe('the decoder gives the same result as JSON.parse and the schema', () => {
  it('for the form of our ingestor, with any values', () => {
    fc.assert(
      fc.property(written, ([pair, text]) => expectAlike(text, pair)),
      { numRuns: 3000 },
    )
  })

  it('for bytes that were changed, removed, inserted and truncated', () => {
    const edit = fc.tuple(fc.constantFrom('set', 'insert', 'delete', 'cut'), fc.nat(), fc.integer({ min: 0, max: 255 }))
    const telling = fc.constantFrom(...Buffer.from('0123456789.eE+-"\\{}[],: \t\nnulbse'))
    const edits = fc.array(fc.oneof(edit, fc.tuple(fc.constantFrom('set', 'insert'), fc.nat(), telling)), {
      minLength: 1,
      maxLength: 3,
    })
    fc.assert(
      fc.property(sound, edits, ([pair, text], list) => {
        expectAlike(list.reduce(edited, Buffer.from(text)), pair)
      }),
      { numRuns: 5000 },
    )
  })

  it('for a time that begins like the previous one, and for other bytes in its place', () => {
    const times = ['1767225600123', '1767225600124', '17672256', '176722561234567', '1767225612345678', '1767225x00123']
    for (const first of times)
      for (const next of [...times, `${'\0'.repeat(8)}00123`, '17672', '']) {
        for (const time of [first, next]) expectAlike(encoded(SOUND.with(5, time))[1], 'BTC/USD')
        expectAlike('{}', 'BTC/USD')
      }
    // The result of a decoder that has read no record before.
    const text = encoded(SOUND.with(5, `${'\0'.repeat(8)}1767225600123`))[1]
    expect(() => new TradeDecoder().decode(amid('BTC/USD', Buffer.from(text)), 'BTC/USD')).toThrow(Rejected)
  })

  it('for any other form: another order of fields, spaces, more fields, other types', () => {
    const value = fc.oneof(fc.jsonValue({ maxDepth: 1 }), decimal.map(Number), time.map(Number))
    const fields = ['pair', 'trade_id', 'side', 'price', 'qty', 'timestamp_ms', 'more']
    const good = { pair: 'BTC/USD', trade_id: 7, side: 'buy', price: 1.5, qty: 2, timestamp_ms: 1_767_225_600_123 }
    const changed = fc.tuple(
      fc.shuffledSubarray(fields),
      fc.dictionary(fc.constantFrom(...fields), value, { maxKeys: 2 }),
    )
    fc.assert(
      fc.property(changed, fc.constantFrom(undefined, 1), ([order, other], space) => {
        const all: Record<string, unknown> = { ...good, ...other }
        expectAlike(JSON.stringify(Object.fromEntries(order.map(name => [name, all[name]])), null, space), 'BTC/USD')
        expectAlike(JSON.stringify(all, null, space), 'BTC/USD')
      }),
      { numRuns: 1000 },
    )
    fc.assert(fc.property(fc.json(), text => expectAlike(text, 'BTC/USD')))
  })

  it('for numbers with any number of digits: the nearest double', () => {
    for (const text of [
      '0.1',
      '0.30000000000000004',
      '9007199254740993',
      '9007199254740992.5',
      '123456789012345678901234567890',
      '0.000000000000000000000000000000000123456789',
      '5e-324',
      '2.2250738585072011e-308',
      '0.500000000000000166533453693773481063544750213623046875',
    ])
      expect(
        decoded(
          amid(
            'P',
            Buffer.from(`{"pair":"P","trade_id":1,"side":null,"price":${text},"qty":1,"timestamp_ms":1767225600123}`),
          ),
          'P',
        ),
      ).toMatchObject({ price: Number(text) })
  })
})

it('accepts a pair only if the value itself names the key', () => {
  const rest = '"side":"buy","price":1.5,"qty":2,"timestamp_ms":1767225600123}'
  expectAlike(`{"pair":"X","trade_id":1,"pair":"Y","trade_id":7,${rest}`, 'X","trade_id":1,"pair":"Y')
  expectAlike(`{"pair":"A\\u0042","trade_id":7,${rest}`, 'A\\u0042')
})

it('reads a trade of our own encoding without building an object', () => {
  const trade = (id: number) =>
    amid(
      'BTC/USD',
      Buffer.from(
        `{"pair":"BTC/USD","trade_id":${id},"side":"buy","price":64000.10,"qty":0.00012000,"timestamp_ms":1767225600123}`,
      ),
    )
  expect(decoder.decode(trade(1), 'BTC/USD')).toBe(decoder.decode(trade(2), 'BTC/USD'))
})

function edited(bytes: Buffer, [kind, position, byte]: [string, number, number] | (string | number)[]): Buffer {
  const at = Number(position) % (bytes.length + 1)
  const rest = { set: at + 1, insert: at, delete: at + 1, cut: bytes.length }[String(kind)]!
  const put = kind === 'set' || kind === 'insert' ? Buffer.from([Number(byte)]) : Buffer.alloc(0)
  return Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(rest)])
}
