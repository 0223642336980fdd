import { appendFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { zip } from '../../../../tools/backfill/zip.ts'
import { orderTrades, readTrades } from '../../src/index.ts'
import { fileOf, reading, readingOf } from './reading.ts'

const MS = 1_767_225_600_000
const HEADER = 'pair,trade_id,side,price,qty,timestamp_ms'
const row = (id: number, pair = 'A/B') => `${pair},${id},buy,100,1,${MS + id * 1000}`
const csv = (...lines: string[]) => [HEADER, ...lines, ''].join('\n')
/** Rows without ids, at these seconds. */
const numbered = (...seconds: number[]) => seconds.map(s => `${MS / 1000 + s},${100 + s},1\n`).join('')
const windowStart = (ms: number) => Math.floor(ms / 60_000) * 60_000
const ids = ({ trades }: { readonly trades: readonly { readonly trade_id: number }[] }) => trades.map(t => t.trade_id)

async function ordered(contents: readonly string[], order = contents.map((_, i) => i)) {
  const files = contents.map((content, i) => fileOf(`${i}.csv`, content))
  const found = await orderTrades({ files: order.map(i => files[i]!), pairs: ['A/B'] }, windowStart)
  const trades: { id: number; price: string }[] = []
  for await (const batch of found.batches()) for (const t of batch) trades.push({ id: t.trade_id, price: t.price })
  return trades
}

describe('a header behind the first rows', () => {
  it.each([HEADER, HEADER.toUpperCase(), `"${HEADER.replaceAll(',', '","')}"`, ` ${HEADER.replaceAll(',', ' , ')}`])(
    'is counted when it names the same columns: %s',
    async header => {
      for (const isPlain of [false, true]) {
        const found = await readingOf('x.csv', `${csv(row(1), row(2))}${header}\n${row(3)}\n`, {
          pairs: ['A/B'],
          isPlain,
        })
        expect(ids(found)).toEqual([1, 2, 3])
        expect(found.leftOut).toEqual(['repeated_header line 4: the header again'])
      }
    },
  )

  it.each([
    ['in another order', csv(row(1)), 'pair,trade_id,side,qty,price,timestamp_ms'],
    ['of another layout with as many columns', 'time,price,qty\n1767225600,1,1\n', 'time,qty,price'],
    ['in a file that began without one', numbered(1), 'time,qty,price'],
  ])('refuses the file when its columns are %s', async (_, before, header) => {
    await expect(readingOf('x.csv', `${before}${header}\n1767225601,1,100\n`, { pairs: ['A/B'] })).rejects.toThrow(
      /x\.csv, line \d: a header of other columns, .*: split the file there/,
    )
  })
})

describe('a pair', () => {
  const json = (pair: string) => `{"pair":${pair},"trade_id":2,"side":"buy","price":1,"qty":1,"timestamp_ms":${MS}}\n`

  it.each(['null', '5', '{}', '["A/B"]', '""', 'true', '"\\u0000A/B"', '"a\\nb"', `"${'x'.repeat(101)}"`])(
    'is refused as a name in NDJSON: %s',
    async text => {
      for (const pairs of [undefined, ['A/B']]) {
        const found = await readingOf('x.ndjson', json('"A/B"') + json(text), { pairs })
        expect(found.trades).toHaveLength(1)
        expect(found.leftOut).toEqual([expect.stringMatching(/^bad_pair line 2: pair .* is not a name$/)])
      }
    },
  )

  it('is refused in bytes that are not UTF-8, because two names could become one', async () => {
    const text = Buffer.from(csv(row(1), row(1, 'é/B'), row(1, 'è/B')), 'latin1')
    const found = await readingOf('x.csv', text)
    expect(found.trades.map(({ pair }) => pair)).toEqual(['A/B'])
    expect(found.leftOut.map(text => text.split(':')[0])).toEqual(['bad_pair line 3', 'bad_pair line 4'])
  })

  it.each([
    ['AVA/BTC', 'AVAXBTC', 'AVABTC'],
    ['FLU/EUR', 'FLUXEUR', 'flu_eur'],
    ['BTCB/USD', 'BTC-BUSD', 'BTCB-USD'],
    ['BTCB/USD', 'btc/busd', 'BTCBUSD'],
    ['ETHW/USD', 'ETH_WUSD', 'ETHW:USD'],
  ])('%s is not %s', async (pair, other, own) => {
    const found = await readingOf('x.csv', csv(row(1, other), row(2, own), row(3, other)), { pairs: [pair] })
    expect(ids(found)).toEqual([2])
    expect(found.leftOut.map(text => text.split(':')[0])).toEqual(['other_pair line 2', 'other_pair line 4'])
  })

  it('is the one of the document that contains its trades', async () => {
    const trade = ['100.5', '2', 1_767_225_609, 'b', 'l', '', 12]
    const document = (...names: string[]) =>
      JSON.stringify({ error: [], result: { ...Object.fromEntries(names.map(name => [name, [trade]])), last: '1' } })
    for (const [name, pair] of [
      ['XXBTZUSD', 'BTC/USD'],
      ['XETHXXBT', 'ETH/BTC'],
      ['USDTZUSD', 'USDT/USD'],
      ['ADAEUR', 'ADA/EUR'],
    ])
      expect((await readingOf('x.json', document(name!), { pairs: [pair!, 'X/Y'] })).trades).toMatchObject([{ pair }])
    await expect(readingOf('x.json', document('XETHZUSD'), { pairs: ['BTC/USD'] })).rejects.toThrow(
      /XETHZUSD was not requested/,
    )
    await expect(readingOf('x.json', document('XXBTZUSD', 'XETHZUSD'), { pairs: ['BTC/USD'] })).rejects.toThrow(
      /trades of XXBTZUSD and XETHZUSD/,
    )
  })
})

it.each(['price', 'qty', 'trade_id', 'side', 'timestamp_ms'])('a list in place of %s is no value', async field => {
  const good = { pair: 'A/B', trade_id: 1, side: 'buy', price: '1', qty: '1', timestamp_ms: MS }
  const bad: Record<string, unknown> = { ...good, trade_id: 2 }
  bad[field] = [bad[field]]
  const found = await readingOf('x.ndjson', `${JSON.stringify(good)}\n${JSON.stringify(bad)}\n`)
  expect(ids(found)).toEqual([1])
  expect(found.leftOut).toHaveLength(1)
})

describe('ids', () => {
  it.each(['NULL', 'NaN', 'None', 'NA', 'n/a', '\\N'])('of the text %s count as missing', async text => {
    const found = await readingOf('x.csv', csv(row(5), row(6)).replaceAll(/,[56],/g, `,${text},`))
    expect(ids(found)).toEqual([1, 2])
  })

  it('are refused, not ignored for all trades, if only the first trade has none', async () => {
    const text = csv(row(5).replace(',5,', ',,'), row(6), row(7))
    await expect(readingOf('x.csv', text)).rejects.toThrow(
      /2 rows have a trade_id, but the first trade has none: remove/,
    )
  })
})

it.each([
  ['2026-01-01T00:00:01+99:99', /^bad_time line 3: timestamp "2026-01-01T00:00:01\+99:99" is not a time$/],
  ['1970-01-01T00:00:00Z', /^bad_time line 3: timestamp "1970-01-01T00:00:00Z" is before 1973/],
  ['9999-12-31T23:59:59Z', /^bad_time line 3: timestamp "9999-12-31T23:59:59Z" is after 5138/],
])('a time that cannot be is left out and quoted: %s', async (time, message) => {
  const found = await readingOf('x.csv', `time,price,qty\n1767225600,1,1\n${time},1,1\n`, { pairs: ['A/B'] })
  expect(found.leftOut).toEqual([expect.stringMatching(message)])
})

describe('the exchange of a row', () => {
  const tardis = (...rows: readonly (readonly [exchange: string, pair: string, price?: string])[]) =>
    [
      'exchange,symbol,timestamp,local_timestamp,id,side,price,amount',
      ...rows.map(([exchange, pair, price = '1'], i) => `${exchange},${pair},${MS + i}000,${MS}000,,buy,${price},1`),
      '',
    ].join('\n')

  it.each([false, true])('is the same in all rows, or the file is refused (slow reader: %s)', async isPlain => {
    const of = (text: string) => readingOf('x.csv', text, { pairs: ['A/B'], isPlain })
    expect(ids(await of(tardis(['binance', 'AB'], ['binance', 'A-B'])))).toEqual([1, 2])
    const message = /x\.csv, line 4: a trade of A\/B from "bybit", and earlier ones from "binance": read the trades of/
    await expect(of(tardis(['binance', 'AB'], ['binance', 'AB'], ['bybit', 'AB']))).rejects.toThrow(message)
    await expect(of(tardis(['binance', 'AB', '0'], ['binance', 'AB'], ['bybit', 'AB']))).rejects.toThrow(message)
    await expect(of(tardis(['binance', 'AB'], ['binance', 'AB'], ['binance-futures', 'AB']))).rejects.toThrow(/apart/)
  })

  it('does not matter in rows of other pairs and in bad rows', async () => {
    const text = tardis(['binance', 'AB'], ['bybit', 'CD'], ['bybit', 'AB', '0'], ['binance', 'AB'])
    const found = await readingOf('x.csv', text, { pairs: ['A/B'] })
    expect(ids(found)).toEqual([1, 3])
    expect(found.leftOut.map(text => text.split(' ')[0])).toEqual(['other_pair', 'bad_price'])
  })

  it('is the same in all files', async () => {
    const files = ['binance', 'bybit'].map(name => fileOf(`${name}.csv`, tardis([name, 'AB'])))
    await expect(reading(files, { pairs: ['A/B'] })).rejects.toThrow(/bybit\.csv, line 2: a trade of A\/B from "bybit"/)
  })
})

describe('a capture', () => {
  const binance = (e: string, id: number, name: string, s = 'AB') =>
    `${JSON.stringify({ e, s, [name]: id, p: '1', q: '1', T: MS + id, m: true })}\n`

  it('of trades and aggregate trades gives each trade once', async () => {
    const lines = [
      binance('trade', 1, 't'),
      binance('aggTrade', 7, 'a'),
      binance('trade', 2, 't'),
      binance('aggTrade', 9, 'a', 'CD'),
    ]
    const found = await readingOf('x.ndjson', lines.join(''), { pairs: ['A/B', 'C/D'] })
    expect(ids(found)).toEqual([1, 2, 9])
    expect(found.leftOut).toEqual([
      expect.stringMatching(/^other_message line 2: a trade of AB from Binance aggregate/),
    ])
  })

  it('of one pair at two exchanges is refused', async () => {
    const kraken = `{"channel":"trade","data":[{"symbol":"A/B","side":"buy","price":1,"qty":1,"trade_id":9,"timestamp":"2026-01-01T00:00:02Z"}]}\n`
    await expect(readingOf('x.ndjson', binance('trade', 1, 't') + kraken, { pairs: ['A/B'] })).rejects.toThrow(
      /x\.ndjson, line 2: a trade of A\/B in the layout Kraken messages, and earlier ones in the layout Binance messages/,
    )
  })

  it('counts messages that are not trades', async () => {
    const trade = '{"symbol":"A/B","side":"buy","price":1,"qty":1,"trade_id":9,"timestamp":"2026-01-01T00:00:02Z"}'
    const lines = [
      `{"channel":"trade","data":[null,5,${trade}]}`,
      '{"channel":"trade","data":{}}',
      '{"stream":"ab@trade","data":null}',
    ]
    const found = await readingOf('x.ndjson', `${lines.join('\n')}\n`, { pairs: ['A/B'] })
    expect(found.leftOut).toEqual([
      'bad_json line 1: null is no trade',
      'bad_json line 1: "5" is no trade',
      'bad_json line 2: a message of trades without data',
      'bad_json line 3: a message of a trade stream without a trade',
    ])
  })
})

it('a document loses only its bad items', async () => {
  const trade = (id: number) => ['100.5', '2', 1_767_225_609, 'b', 'l', '', id]
  const items = [null, trade(1), 5, [], {}, trade(2)]
  const found = await readingOf('x.json', JSON.stringify(items), { pairs: ['A/B'] })
  expect(ids(found)).toEqual([1, 2])
  expect(found.leftOut.map(text => text.split(':')[0])).toEqual([
    'bad_json line 1',
    'bad_json line 3',
    'bad_columns line 4',
    'bad_json line 5',
  ])
})

describe('a row that cannot be read', () => {
  const B = row(7, 'C/D')
  const lostOf = async (text: string, isPlain = false) => (await readingOf('x.csv', text, { isPlain })).lost

  it.each([
    ['behind the last trade of its pair', ['A/B'], csv(row(1), B, row(2).replace('100', 'x'))],
    ['without a pair, behind the last trades', ['A/B', 'C/D'], csv(row(1), B, 'A/B,2,buy')],
    ['without a pair, between the last trades', ['A/B'], csv(row(1), 'A/B,2,buy', B)],
    ['behind many others', ['A/B'], csv(...Array.from({ length: 9000 }, (_, i) => row(i)), 'A/B,2,buy')],
    ['before another trade', [], csv(row(1), row(2).replace('100', 'x'), B, row(3))],
    ['as the first one', [], csv('A/B,0,buy', row(1), B)],
    ['with the quantity 0', [], csv(row(1), B, row(2).replace(',1,', ',0,'))],
    ['as a repeated header', [], csv(row(1), B, HEADER)],
  ])('and stands %s costs the end of these pairs: %j', async (_, expected, text) => {
    for (const isPlain of [false, true]) expect(await lostOf(text, isPlain)).toEqual(expected)
  })

  it.each([
    ['before the first trade of its pair', ['A/B'], csv(B, row(1).replace('100', 'x'), row(2))],
    ['without a pair, before one of the first trades', ['C/D'], csv(row(1), 'A/B,2,buy', B)],
    ['behind the first trades', [], csv(row(1), B, 'A/B,2,buy', row(3))],
    ['before many others', ['A/B'], csv('A/B,0,buy', ...Array.from({ length: 9000 }, (_, i) => row(i + 1)))],
  ])('and stands %s costs the start of these pairs: %j', async (_, expected, text) => {
    for (const isPlain of [false, true])
      expect((await readingOf('x.csv', text, { isPlain })).lostBefore).toEqual(expected)
  })

  it('costs the end of its pair in another file, too', async () => {
    const files = [fileOf('1.csv', csv(row(1), B)), fileOf('2.csv', csv(row(8, 'C/D'), row(2).replace('100', 'x')))]
    expect((await reading(files)).lost).toEqual(['A/B'])
    const more = fileOf('3.csv', csv(row(3)))
    expect((await reading([...files, more])).lost).toEqual([])
  })

  it('costs the end of its pair in files that are sorted, wherever it stands', async () => {
    const files = [fileOf('x.csv', csv(row(3).replace('100', 'x'), row(2), row(1), B))]
    const lost: string[] = []
    const found = await orderTrades({ files }, windowStart)
    for await (const batch of found.batches()) lost.push(...batch.lost)
    expect([found.isSorted, lost]).toEqual([true, ['A/B']])
  })

  it('is a gap in the numbers of all pairs if it names none', async () => {
    const text = csv(row(1), B, row(2), 'A/B,3,buy', row(4), row(8, 'C/D')).replaceAll(/,\d,buy/g, ',,buy')
    const { trades } = await readingOf('x.csv', text)
    expect(trades.map(({ pair, trade_id }) => `${pair} ${trade_id}`)).toEqual([
      'A/B 1',
      'C/D 1',
      'A/B 2',
      'A/B 4',
      'C/D 3',
    ])
  })
})

describe('a file that grows', () => {
  const grown = /x\.csv was written to while it was read: wait until it is complete/

  it('after its inspection is refused before a row of it is returned', async () => {
    for (const text of [csv(row(1), row(2)), csv(row(2), row(1))]) {
      const file = fileOf('x.csv', text)
      const found = await orderTrades({ files: [file] }, windowStart)
      appendFileSync(file, `${row(3)}\n`)
      expect(() => found.batches()).toThrow(grown)
    }
  })

  it('while another one is read is refused before a row of it is returned', async () => {
    const files = [fileOf('a.csv', csv(row(1), row(2))), fileOf('x.csv', csv(row(3)))]
    const found = await orderTrades({ files }, windowStart)
    const read: number[] = []
    const all = async () => {
      for await (const batch of found.batches()) {
        read.push(...batch.ids.subarray(0, batch.length))
        appendFileSync(files[1]!, `${row(4)}\n`)
      }
    }
    await expect(all()).rejects.toThrow(grown)
    expect(read).toEqual([1, 2])
  })

  it('while it is read is refused at its end, without the last line', async () => {
    const file = fileOf('x.csv', csv(...Array.from({ length: 9000 }, (_, i) => row(i))))
    let trades = 0
    const all = async () => {
      for await (const batch of readTrades({ files: [file] })) {
        trades += batch.length
        appendFileSync(file, 'A/B,9000,buy,10')
      }
    }
    await expect(all()).rejects.toThrow(grown)
    expect(trades).toBeLessThan(9000)
  })
})

describe('files without ids', () => {
  it('are refused if two of them have the same trade', async () => {
    await expect(ordered([numbered(1, 2, 3)], [0, 0])).rejects.toThrow(/0\.csv is named twice/)
    await expect(ordered([numbered(1, 2, 3), numbered(1, 2, 3)])).rejects.toThrow(
      /1\.csv, line 1: the trade of A\/B is in \S+0\.csv, line 1, too/,
    )
    await expect(ordered([numbered(1, 2, 3), numbered(2, 3, 4)])).rejects.toThrow(/leave out what both files have/)
  })

  it('are refused where one begins with the trade with which the other one ends', async () => {
    await expect(ordered([numbered(1, 2), numbered(2, 3)])).rejects.toThrow(/1\.csv, line 1: the trade of A\/B is in/)
    const others = numbered(2, 3).replaceAll(/,1$/gm, ',2')
    expect(await ordered([numbered(1, 2), others])).toHaveLength(4)
  })

  it('have a gap at a row that cannot be read, also when they are sorted', async () => {
    const rows = numbered(1, 2, 3, 4, 5, 6).trim().split('\n')
    const broken = rows.map((text, i) =>
      i === 2 ? text.replace('103', 'x') : i === 4 ? text.replace(/,1$/, ',0') : text,
    )
    const idsOf = async (lines: readonly string[]) => (await ordered([`${lines.join('\n')}\n`])).map(({ id }) => id)
    expect(await idsOf(broken)).toEqual([1, 2, 4, 6])
    expect(await idsOf(broken.toReversed())).toEqual([1, 2, 4, 5])
    const shuffled = [3, 0, 2, 5, 1, 4].map(i => broken[i]!)
    expect(await idsOf(shuffled)).toEqual([1, 3, 5, 7])
  })

  it('are put in the order of their times, within a window and at one time as well', async () => {
    const prices = async (...contents: string[]) => (await ordered(contents)).map(({ price }) => Number(price))
    expect(await prices(numbered(5, 3, 2))).toEqual([102, 103, 105])
    expect(await prices(numbered(1, 5), numbered(3, 4))).toEqual([101, 103, 104, 105])
    const newestFirst = ['1767225602,4,1', '1767225601,3,1', '1767225601,2,1', '1767225600,1,1', ''].join('\n')
    expect(await prices(newestFirst)).toEqual([1, 2, 3, 4])
  })
})

describe('packed data', () => {
  const text = csv(row(1), row(2))
  const stored = (() => {
    const archive = zip('a.csv', text)
    const central = archive.indexOf('PK\x01\x02')
    archive[14]! ^= 1
    archive[central + 16]! ^= 1
    return archive
  })()
  const method = (() => {
    const archive = zip('a.csv', text)
    archive[8] = archive[archive.indexOf('PK\x01\x02') + 10] = 12
    return archive
  })()

  it('may end in zeros, but nothing else may follow the zeros', async () => {
    const packed = gzipSync(text)
    const zeros = Buffer.alloc(512)
    expect(ids(await readingOf('x.csv.gz', Buffer.concat([packed, zeros])))).toEqual([1, 2])
    await expect(readingOf('x.csv.gz', Buffer.concat([packed, zeros, gzipSync(`${row(3)}\n`)]))).rejects.toThrow(
      /goes on behind zeros/,
    )
  })

  it.each([
    ['whose checksum differs', stored, /x\.zip is damaged: the checksum of a\.csv differs/],
    ['packed by another method', method, /x\.zip cannot be unpacked: unsupported compression method/],
    ['whose entry leaves the folder', zip('../a.csv', text), /x\.zip cannot be unpacked: invalid relative path/],
  ])('is refused in an archive %s', async (_, content, message) => {
    await expect(reading([fileOf('x.zip', content)])).rejects.toThrow(message)
  })
})

it.each([
  ['x.csv', 'time;price;qty\n', /separated by ; and not by commas/],
  ['x.csv', 'time\tprice\tqty\n', /separated by tabs and not by commas/],
  ['x.csv', gzipSync(csv(row(1))), /this is no UTF-8 text: unpack it/],
  ['x.ndjson', '{"order":1,"price":2}\n', /unknown fields: order,price: give the trades the fields pair, trade_id/],
])('says what to do with an unknown layout of %s', async (name, content, message) => {
  await expect(readingOf(name, content)).rejects.toThrow(message)
})
