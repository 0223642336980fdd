import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { EXCHANGE_NAMES, SimulatedExchange } from '@candlewick/exchanges'
import { expect, it } from 'vitest'
import { compute } from '../../tools/compute/run.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { computeLines, optionsOf, parquetLines, SETTINGS, surroundings } from './computed.ts'

const HOUR_MS = 3_600_000

it("fetches an exchange's history, no trade twice, and completes it after it was stopped", {
  timeout: 120_000,
}, async () => {
  const exchange = new SimulatedExchange({ tradesPerSecond: 2, speed: 0, startMs: Date.now() - HOUR_MS })
  const toMs = exchange.time.now()
  const [from, to] = [toMs - 40 * 60_000, toMs].map(ms => new Date(ms).toISOString()) as [string, string]
  let requests: string[] = []
  const run = async (out: string, stopAfter = Number.POSITIVE_INFINITY) => {
    const stopping = new AbortController()
    const get: typeof exchange.get = (url, signal) => {
      requests.push(url)
      if (requests.length === stopAfter) stopping.abort(new Error('stopped'))
      return exchange.get(url, signal)
    }
    const options = optionsOf(
      '--exchange',
      'binance',
      '--pair',
      'BTC/USD,ETH/USD',
      '--from',
      from,
      '--to',
      to,
      '--out',
      out,
    )
    const { around } = surroundings()
    const settings = { ...SETTINGS, fromMs: options.fromMs }
    await compute({ ...options, out }, settings, { ...around, signal: stopping.signal, rest: { get } })
  }
  const whole = join(temporaryFolder(), 'whole')
  await run(whole)
  const all = requests
  requests = []
  const out = join(temporaryFolder(), 'stopped')
  await expect(run(out, 5)).rejects.toThrow()
  expect(existsSync(join(out, 'features'))).toBe(false)
  const before = requests.length
  await run(out)
  // The page whose answer was lost at the stop, and the last page of a pair, are requested again.
  expect(requests.length).toBeLessThanOrEqual(all.length + 2)
  expect(requests.slice(before).length).toBeLessThan(all.length)
  const rows = await parquetLines(whole, 'features')
  expect(rows.length).toBeGreaterThan(50)
  expect(await parquetLines(out, 'features')).toEqual(rows)
  for (const { open_time_ms, complete } of rows.map(text => JSON.parse(text)))
    expect(complete).toBe(open_time_ms >= Date.parse(from))
})

const PAIRS = ['BTC/USD', 'ETH/USD']

/** The trades that the exchange has made in [fromMs, toMs), as a file. */
function fileOf(exchange: SimulatedExchange, fromMs: number, toMs: number): string {
  const rows = PAIRS.flatMap(pair => {
    const [from, to] = [exchange.lastIdBefore(pair, fromMs) + 1, exchange.lastIdBefore(pair, toMs)]
    return exchange
      .trades(pair, from, to)
      .map(trade => [pair, trade.trade_id, trade.side, trade.price, trade.qty, trade.timestamp_ms].join())
  })
  const path = join(temporaryFolder(), 'trades.csv')
  writeFileSync(path, ['pair,trade_id,side,price,qty,timestamp_ms', ...rows, ''].join('\n'))
  return path
}

it.each(EXCHANGE_NAMES)(
  'makes the same dataset of the history of %s as of a file with its trades',
  {
    timeout: 120_000,
  },
  async name => {
    const exchange = new SimulatedExchange({ tradesPerSecond: 2, speed: 0, startMs: Date.now() - HOUR_MS })
    const toMs = exchange.time.now()
    const fromMs = toMs - 15 * 60_000
    const [from, to] = [fromMs, toMs].map(ms => new Date(ms).toISOString()) as [string, string]
    const times = ['--from', from, '--to', to, '--threads', '0']
    const out = join(temporaryFolder(), 'dataset')
    const options = optionsOf('--exchange', name, '--pair', PAIRS.join(), ...times, '--out', out)
    const settings = { ...SETTINGS, fromMs }
    await compute({ ...options, out }, settings, { ...surroundings().around, rest: { get: exchange.get } })
    const rows = await parquetLines(out, 'features')
    expect(new Set(rows.map(text => JSON.parse(text).pair))).toEqual(new Set(PAIRS))
    const ofFile = await computeLines(['--file', fileOf(exchange, fromMs, toMs), ...times], settings)
    expect(rows.length).toBeGreaterThan(2 * 15)
    expect(rows.toSorted()).toEqual(ofFile.toSorted())
  },
)

it('counts the impossible trades of a history, which are no gaps, also after it was stopped', {
  timeout: 120_000,
}, async () => {
  const exchange = new SimulatedExchange({ tradesPerSecond: 2, speed: 0, startMs: Date.now() - HOUR_MS })
  const toMs = exchange.time.now()
  const [from, to] = [toMs - 30 * 60_000, toMs].map(ms => new Date(ms).toISOString()) as [string, string]
  const spoiled = new Set<number>()
  const isSpoiled = (id: number) => id % 97 === 0
  const run = async (out: string, stopAfter = Number.POSITIVE_INFINITY, isBad = isSpoiled) => {
    const stopping = new AbortController()
    let requests = 0
    const get: typeof exchange.get = async (url, signal) => {
      if (++requests === stopAfter) stopping.abort(new Error('stopped'))
      const answer = await exchange.get(url, signal)
      if (!url.includes('historicalTrades')) return answer
      const rows: { id: number }[] = JSON.parse(answer.text)
      for (const { id } of rows) if (isSpoiled(id)) spoiled.add(id)
      return { ...answer, text: JSON.stringify(rows.map(row => (isBad(row.id) ? { ...row, qty: '0' } : row))) }
    }
    const times = ['--from', from, '--to', to, '--threads', '0']
    const options = optionsOf('--exchange', 'binance', '--pair', 'BTC/USD', ...times, '--out', out)
    const settings = { ...SETTINGS, fromMs: options.fromMs }
    await compute({ ...options, out }, settings, { ...surroundings().around, signal: stopping.signal, rest: { get } })
    return JSON.parse(readFileSync(join(out, '_compute.json'), 'utf8'))
  }
  const [whole, stopped] = ['whole', 'stopped'].map(name => join(temporaryFolder(), name)) as [string, string]
  const { pairs, counts, rows_read, trades_used } = await run(whole)
  expect(pairs['BTC/USD'].leftOut.bad_qty.count).toBe(spoiled.size)
  expect(spoiled.size).toBeGreaterThan(10)
  expect(rows_read).toBe(trades_used + spoiled.size)
  expect(counts.gaps).toBeUndefined()
  const rows = await parquetLines(whole, 'features')
  const inside = rows.map(text => JSON.parse(text)).filter(({ open_time_ms }) => open_time_ms >= Date.parse(from))
  expect(inside.filter(({ complete }) => !complete)).toEqual([])
  // A run that is stopped before its first possible trade leaves no trades, and its rejected ones do not count later.
  await expect(run(stopped, 4, () => true)).rejects.toThrow()
  await expect(run(stopped, 4)).rejects.toThrow()
  expect((await run(stopped)).pairs).toEqual(pairs)
  expect(await parquetLines(stopped, 'features')).toEqual(rows)
})
