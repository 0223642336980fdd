import fc from 'fast-check'
import { beforeEach, expect, it } from 'vitest'
import { CsvReader } from '../../src/replay/csv-reader.ts'
import type { Column } from '../../src/replay/fields.ts'
import { NdjsonReader } from '../../src/replay/json-reader.ts'
import { columnsOf } from '../../src/replay/layouts.ts'
import { wholeLines } from '../../src/replay/lines.ts'
import { ReadSession, RowSink } from '../../src/replay/row-sink.ts'

/** Number of rows that the slow reader read, of all rows. */
const rows = { slow: 0, all: 0 }

beforeEach(() => {
  rows.slow = rows.all = 0
})

/** The result of reading a text that arrives in pieces: trades with their lines, and left-out rows. */
async function told(
  text: string,
  sizes: readonly number[],
  isPlain: boolean,
  pairs?: readonly string[],
  Reader: typeof CsvReader | typeof NdjsonReader = CsvReader,
  columns?: readonly Column[],
) {
  const leftOut: string[] = []
  const session = new ReadSession({
    pairs,
    onLeftOut: row => void leftOut.push(`${row.pair} ${row.reason} ${row.line}: ${row.problem}`),
  })
  const sink = new RowSink('x.csv', session)
  const reader = new Reader(sink, { isPlain, columns, onLayout: () => {} })
  const trades: unknown[] = []
  const add = sink.add.bind(sink)
  sink.add = (...row) => {
    rows.slow++
    add(...row)
  }
  const take = (batch = sink.take()) => {
    for (const [i, trade] of [...batch].entries())
      trades.push({ ...trade, line: batch.lines[i], value: batch.prices[i]! * batch.qtys[i]! })
    trades.push(...batch.skipped.map(({ pair, trade_id }) => ({ pair, skipped: trade_id })))
  }
  let error: string | undefined
  try {
    for await (const block of wholeLines(pieces(text, sizes))) for (const batch of reader.read(block)) take(batch)
  } catch (thrown) {
    error = (thrown as Error).message
  }
  take()
  rows.all += trades.length + leftOut.length
  return { trades, leftOut, error }
}

async function* pieces(text: string, sizes: readonly number[]) {
  const bytes = Buffer.from(text)
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length]!
    // A copy, because the reader writes to the piece where it replaces line ends.
    yield Buffer.from(bytes.subarray(at, at + size))
    at += size
  }
}

/** Numbers of every length: of equally likely numbers most would have the most digits. */
const digits = (max: number) =>
  fc.integer({ min: 1, max }).chain(length => fc.bigInt({ min: 0n, max: 10n ** BigInt(length) }).map(String))
const odd = fc.constantFrom('', ' ', '0', '-1', '0.0', '1.', '.5', '01', '1e-7', '2E+3', 'NaN', '١', '9'.repeat(80))
const amount = fc.oneof(
  { weight: 30, arbitrary: fc.tuple(digits(6), digits(8)).map(([a, b]) => `${a}.${b}`) },
  { weight: 10, arbitrary: digits(18) },
  { weight: 1, arbitrary: odd },
)
const id = fc.oneof({ weight: 40, arbitrary: digits(17) }, odd, fc.constantFrom('7.0', 'null', 'x'))
const side = fc.oneof(
  { weight: 30, arbitrary: fc.constantFrom('buy', 'sell', 'BUY', 'Sell', 'b', 's') },
  fc.constantFrom('', 'unknown', 'buys', 'sel', 'bid', 'true'),
)
const flag = fc.oneof({ weight: 30, arbitrary: fc.constantFrom('true', 'false', 'True', 'FALSE') }, odd)
const time = fc.oneof(
  { weight: 30, arbitrary: fc.integer({ min: 1e12, max: 2e12 }).map(String) },
  { weight: 15, arbitrary: fc.integer({ min: 1e15, max: 2e15 }).map(String) },
  { weight: 15, arbitrary: fc.integer({ min: 1e9, max: 2e9 }).map(s => `${s}.25719`) },
  { weight: 5, arbitrary: digits(20) },
  { weight: 1, arbitrary: fc.constantFrom('2026-01-01 00:00:10', 'May 5', '', '1767225609.') },
)
const pair = fc.oneof(
  { weight: 30, arbitrary: fc.constantFrom('BTC/USD', 'ETH/USD', '币安人生/USDT', 'BTCUSD', 'XBT-USD') },
  fc.constantFrom('', 'AAPLx/USD', ' BTC/USD', 'BTC/USD\u00a0', '\u0000BTC/USD', 'BTC\uFFFD/USD', '7', 'x'.repeat(101)),
)

/** Columns of some layouts, with the header where they have one. */
const LAYOUTS: readonly (readonly [header: string, cells: readonly fc.Arbitrary<string>[]])[] = [
  ['pair,trade_id,side,price,qty,timestamp_ms', [pair, id, side, amount, amount, time]],
  [
    'pair,trade_id,side,price,qty,timestamp_ms',
    [pair, fc.oneof({ weight: 9, arbitrary: fc.constant('') }, id), side, amount, amount, time],
  ],
  ['qty,timestamp_ms,pair,price', [amount, time, pair, amount]],
  ['id,price,amount,timestamp,side', [id, amount, amount, time, side]],
  ['', [time, amount, amount]],
  ['', [id, amount, amount, amount, time, flag, fc.constant('True')]],
  ['', [id, amount, amount, id, id, time, flag]],
  ['id,timestamp,price,volume,side,rpi', [id, time, amount, amount, side, amount]],
  [
    'exchange,symbol,timestamp,local_timestamp,id,side,price,amount',
    [fc.constant('x'), pair, time, time, fc.oneof(id, fc.uuid()), side, amount, amount],
  ],
  ['time,trade_id,price,size,side', [time, id, amount, amount, side]],
  ['time,trade_id,price,qty,maker_side', [time, id, amount, amount, side]],
]

/** A cell as a spreadsheet may write it. */
const dressed = (cell: string) =>
  fc.oneof(
    { weight: 6, arbitrary: fc.constant(cell) },
    fc.constant(`"${cell}"`),
    fc.constant(` ${cell}`),
    fc.constant(`${cell}"`),
    fc.constant(`"${cell}`),
    fc.constant(`${cell},`),
  )

const line = (cells: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 30, arbitrary: fc.tuple(...cells).map(row => row.join()) },
    { weight: 10, arbitrary: fc.tuple(...cells.map(cell => cell.chain(dressed))).map(row => row.join()) },
    fc.constantFrom(
      '',
      '   ',
      ',',
      '""',
      'a"b',
      '"',
      'a,b,c',
      'PAIR,Trade_ID,side,price,qty,timestamp_ms',
      'time,qty,price',
    ),
  )

const file = fc.constantFrom(...LAYOUTS).chain(([header, cells]) =>
  fc
    .record({
      lines: fc.array(line(cells), { minLength: 1, maxLength: 30 }),
      end: fc.constantFrom('\n', '\r\n', '\r'),
      mark: fc.constantFrom('', '\uFEFF'),
      lastEnd: fc.boolean(),
      again: fc.boolean(),
    })
    .map(({ lines, end, mark, lastEnd, again }) => {
      const all = header === '' ? lines : [header, ...lines, ...(again ? [header] : [])]
      return mark + all.join(end) + (lastEnd ? end : '')
    }),
)

it('returns the same trades and errors from both readers, wherever the pieces end', async () => {
  const sizes = fc.oneof(
    fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 5 }),
    fc.constant([1 << 20]),
  )
  const pairs = fc.constantFrom(undefined, ['BTC/USD'], ['ETH/USD', 'BTC/USD'])
  await fc.assert(
    fc.asyncProperty(file, sizes, pairs, async (text, parts, asked) => {
      const slow = await told(text, [1 << 20], true, asked)
      expect(await told(text, parts, false, asked)).toEqual(slow)
    }),
    { numRuns: 500 },
  )
  // Half of the texts are read by the slow reader alone.
  expect(rows.slow / rows.all).toBeLessThan(0.85)
}, 120_000)

it('returns the same trades with a border at every byte', async () => {
  const rows = [
    'BTC/USD,1,buy,100.50,0.25,1767225600123',
    '"ETH/USD",2,,1e2,1,1767225600124',
    'BTC/USD,2,sell,1,1,"1767225600125"',
  ]
  for (const end of ['\n', '\r\n', '\r']) {
    const text = ['pair,trade_id,side,price,qty,timestamp_ms', ...rows, ''].join(end)
    const whole = await told(text, [1 << 20], true)
    expect(whole.trades).toHaveLength(3)
    for (let at = 1; at < text.length; at++) expect(await told(text, [at, 1 << 20], false), `${at}`).toEqual(whole)
  }
})

it('reads most lines of our own CSV on the fast path', async () => {
  const rows = Array.from({ length: 20_000 }, (_, i) => `A/B,${i},buy,${100 + i}.5,0.25,${1_767_225_600_000 + i}\n`)
  const text = `pair,trade_id,side,price,qty,timestamp_ms\n${rows.join('')}`
  const fast = await told(text, [1 << 16], false)
  expect(fast.trades).toHaveLength(20_000)
  expect(fast).toEqual(await told(text, [1 << 16], true))
})

it('returns the same trades for lines longer than the fast path copies, and for pairs that were not requested', async () => {
  const rows = Array.from({ length: 6000 }, (_, i) => {
    const pair = i % 7 === 0 ? 'C/D' : 'A/B'
    return `${pair},${i},buy,${100 + i}.5,0.25,${1_767_225_600_000 + i},${'x'.repeat((i * 37) % 600)}\n`
  })
  const text = `symbol,trade_id,side,price,qty,timestamp_ms,note\n${rows.join('')}`
  const columns = columnsOf('pair,trade_id,side,price,qty,timestamp_ms,-')
  const fast = await told(text, [1 << 16], false, ['A/B'], CsvReader, columns)
  expect(fast.trades).toHaveLength(rows.filter(row => row.startsWith('A/B')).length)
  expect(fast).toEqual(await told(text, [1 << 16], true, ['A/B'], CsvReader, columns))
})

it('loses only one row to a stray quote', async () => {
  const row = (id: number, price = '100') => `A/B,${id},buy,${price},1,1767225600123`
  const rows = [row(1), row(2, '"100'), row(3), row(4)]
  const { trades, leftOut } = await told(
    `pair,trade_id,side,price,qty,timestamp_ms\n${rows.join('\n')}\n`,
    [1 << 20],
    false,
  )
  expect(trades).toMatchObject([{ trade_id: 1 }, { trade_id: 3 }, { trade_id: 4 }])
  expect(leftOut).toEqual([expect.stringMatching(/bad_quotes 3: a quote that is not closed: A\/B,2,buy,"100/)])
})

const jsonNumber = fc.oneof(
  { weight: 12, arbitrary: amount },
  fc.constantFrom('007', '1.50', '-0', '1e3', '"1.5"', 'null', 'true', '1.', '0', '123456789012345678901'),
)
const jsonPair = fc.constantFrom(
  '"BTC/USD"',
  '"ETH/USD"',
  '"币安人生/USDT"',
  '"BTC\\u002fUSD"',
  '""',
  '"a b"',
  'null',
  '7',
)
const jsonSide = fc.constantFrom('"buy"', '"sell"', 'null', '"BUY"', '""', '"x"', 'true')
const jsonLine = fc.oneof(
  {
    weight: 12,
    arbitrary: fc
      .tuple(jsonPair, fc.oneof(id, jsonNumber), jsonSide, jsonNumber, jsonNumber, fc.oneof(time, jsonNumber))
      .map(
        ([a, b, c, d, e, f]) => `{"pair":${a},"trade_id":${b},"side":${c},"price":${d},"qty":${e},"timestamp_ms":${f}}`,
      ),
  },
  {
    weight: 12,
    arbitrary: fc
      .tuple(
        fc.constantFrom('BTC/USD', 'ETH/USD'),
        fc.nat(),
        fc.constantFrom('"buy"', '"sell"', 'null'),
        fc.nat(),
        fc.nat(),
      )
      .map(
        ([a, b, c, d, e]) =>
          `{"pair":"${a}","trade_id":${b},"side":${c},"price":${d}.25,"qty":0.${e}1,"timestamp_ms":${1_767_225_600_000 + b}}`,
      ),
  },
  fc.constantFrom(
    '',
    '{}',
    'x',
    '{"qty":1,"price":2,"pair":"BTC/USD","trade_id":5,"timestamp_ms":1767225600000}',
    '{"pair":"BTC/USD","trade_id":5,"side":"buy","price":2,"qty":1,"timestamp_ms":1767225600000} ',
    '{"pair":"BTC/USD","trade_id":007,"side":"buy","price":2,"qty":1,"timestamp_ms":1767225600000}',
    '{"pair":"BTC\\u002fUSD","trade_id":5,"side":"buy","price":2,"qty":1,"timestamp_ms":1767225600000}',
    '{"pair":"BTC/USD","trade_id":5,"side":"buy","price":2,"qty":1,"timestamp_ms":1767225600000,"x":1}',
  ),
)

it('returns the same trades and errors of NDJSON from both readers, wherever the pieces end', async () => {
  const first = '{"pair":"BTC/USD","trade_id":1,"side":"buy","price":1.50,"qty":2,"timestamp_ms":1767225600000}'
  const text = fc
    .tuple(fc.array(jsonLine, { maxLength: 30 }), fc.constantFrom('\n', '\r\n'), fc.boolean())
    .map(([lines, end, lastEnd]) => [first, ...lines].join(end) + (lastEnd ? end : ''))
  const sizes = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 5 })
  const pairs = fc.constantFrom(undefined, ['BTC/USD'], ['ETH/USD', 'BTC/USD'])
  await fc.assert(
    fc.asyncProperty(text, sizes, pairs, async (content, parts, asked) => {
      const slow = await told(content, [1 << 20], true, asked, NdjsonReader)
      expect(await told(content, parts, false, asked, NdjsonReader)).toEqual(slow)
    }),
    { numRuns: 500 },
  )
  expect(rows.slow / rows.all).toBeLessThan(0.85)
}, 120_000)
