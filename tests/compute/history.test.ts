import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { SimulatedExchange } from '@candlewick/exchanges'
import { expect, it } from 'vitest'
import { compute } from '../../tools/compute/run.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { optionsOf, parquetLines, SETTINGS, surroundings } from './computed.ts'

const HOUR_MS = 3_600_000

it("fetches an exchange's history, nothing twice, and completes it after it was stopped", {
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
