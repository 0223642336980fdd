import { columnsOf } from '@candlewick/exchanges'
import { expect, it } from 'vitest'
import { file, world } from './harness.ts'

const DAY_MS = 86_400_000
/** 2026-01-01T00:00:00.074Z */
const START_MS = 1_767_225_600_074
const contiguous = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i)

/** A day of Bybit's spot trades, whose ids are row numbers of the day's file. */
const bybitDay = (day: number, count: number): string =>
  [
    'id,timestamp,price,volume,side,rpi',
    ...contiguous(0, count).map(i => `${i + 1},${START_MS + day * DAY_MS + i * 60_000},${100 * (day + 1)},0.5,sell,0`),
    '',
  ].join('\n')

const own = (from: number, count: number, price = 100): string =>
  [
    'pair,trade_id,side,price,qty,timestamp_ms',
    ...contiguous(from, count).map(id => `BTC/USD,${id},buy,${price},1,${START_MS + id * 1000}`),
    '',
  ].join('\n')

it.each([8, 15])('reads days whose ids restart as one series: %s trades on the second day', async count => {
  const files = [file(bybitDay(0, 10), 'd1.csv'), file(bybitDay(1, count), 'd2.csv')]
  const { run, ids } = world(files, ['BTC/USDT'], { suffix: '-by' })
  const { error, summary } = await run()
  expect(error).toBeUndefined()
  // A file may have been forgotten in the 23 hours between the two, so that a number is left out there.
  expect(await ids('BTC/USDT')).toEqual([...contiguous(1, 10), ...contiguous(12, count)])
  expect(summary?.pairs).toMatchObject([{ read: 10 + count, written: 10 + count, late: 0 }])
})

it('refuses ids that restart where they should identify trades, before anything is written', async () => {
  const { run, cluster } = world([file(own(1, 10), 'd1.csv'), file(own(1, 8, 200), 'd2.csv')], ['BTC/USD'])
  expect((await run()).error).toMatch(
    /d2\.csv, line 2: trade 1 of BTC\/USD is another one than that in .*d1\.csv, line 2/,
  )
  expect(cluster.partitions('trades')).toHaveLength(0)
})

it('refuses a last id that the next file repeats for another trade, and numbers them on request', async () => {
  const z1 =
    '12027554,0.00000238,296.0,20090668,20090668,1614556777314,False,True\n12027555,0.00000238,824.0,20090669,20090669,1614556777324,False,True\n'
  const z2 =
    '12027555,0.00000239,19332.0,20090670,20090670,1614556823276,False,True\n12027556,0.00000239,6277.0,20090671,20090681,1614556860776,False,True\n'
  const files = [file(z1, 'z1.csv'), file(z2, 'z2.csv')]
  expect((await world(files, ['XRP/ETH']).run()).error).toMatch(
    /z2\.csv, line 1: trade 12027555 .*z1\.csv, line 2.*--columns/,
  )
  const columns = columnsOf('-,price,qty,-,-,time,buyer_is_maker,-')
  const { run, ids } = world(files, ['XRP/ETH'], { columns, suffix: '-n' })
  expect((await run()).error).toBeUndefined()
  expect(await ids('XRP/ETH')).toEqual([1, 2, 3, 4])
})

it('writes trades that two files share once, and reports them', async () => {
  const { run, ids } = world([file(own(1, 100), 'a.csv'), file(own(91, 100), 'b.csv')], ['BTC/USD'])
  const { error, summary, said } = await run()
  expect(error).toBeUndefined()
  expect(await ids('BTC/USD')).toEqual(contiguous(1, 190))
  expect(summary?.pairs).toMatchObject([{ read: 200, written: 190, already_there: { same: 10 } }])
  expect(said).toContainEqual(
    expect.stringMatching(/^BTC\/USD: 200 rows read, 190 written, 10 already there with the same content/),
  )
})

it('refuses files with ids together with files without ids', async () => {
  const files = [file(own(1, 3), 'a.csv'), file('1767225700,1,1\n', 'b.csv')]
  expect((await world(files, ['BTC/USD']).run()).error).toMatch(/a\.csv|files before.*have ids.*b\.csv have none/)
})

it('sorts files of one pair each whose trades alternate, and names the file of each row', async () => {
  const newestFirst = (pair: string, offset: number) =>
    contiguous(0, 5000)
      .map(i => `${pair},${5000 - i},buy,100,1,${START_MS + (5000 - i) * 1000 + offset}\n`)
      .join('')
  const header = 'pair,trade_id,side,price,qty,timestamp_ms\n'
  const files = [file(header + newestFirst('BTC/USD', 0), 'a.csv'), file(header + newestFirst('ETH/USD', 500), 'b.csv')]
  const { run, ids } = world(files, ['BTC/USD', 'ETH/USD'], { toMs: START_MS + 4_999_000 })
  const { error, summary } = await run()
  expect(error).toBeUndefined()
  expect(await ids('BTC/USD')).toEqual(contiguous(1, 4998))
  expect(await ids('ETH/USD')).toEqual(contiguous(1, 4998))
  const outside = (name: string, line: number) => ({ count: 2, file: expect.stringContaining(name), line })
  expect(summary?.pairs).toMatchObject([
    { pair: 'BTC/USD', written: 4998, left_out: { outside_time: outside('a.csv', 3) } },
    { pair: 'ETH/USD', written: 4998, left_out: { outside_time: outside('b.csv', 3) } },
  ])
})
