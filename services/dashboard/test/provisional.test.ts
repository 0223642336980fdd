import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Candle, FeatureRow } from '@candlewick/market-data'
import { chooseIndicators } from '@candlewick/own-features'
import { createLogger, startService } from '@candlewick/service'
import { expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { folderOf, moduleOf } from '../../../packages/own-features/test/features.ts'
import { rowSeries } from '../../../tests/reference/rows.ts'
import { Bounds } from '../src/bounds.ts'
import { Market } from '../src/market/market.ts'
import { ProvisionalValues } from '../src/market/provisional.ts'
import { dashboard } from '../src/service.ts'
import { candleOf, cluster } from './harness.ts'

const CANDLES = 40
const NEWEST = candleOf(CANDLES - 1)
const price = (n: number) => ({
  open: 100 + (n % 7),
  high: 109 + (n % 5),
  low: 95 - (n % 3),
  close: 101 + ((n * 5) % 7),
})
const series = (interval: string, minutes: number, count: number): Candle[] =>
  Array.from({ length: count }, (_, n) => {
    const { open_time_ms } = candleOf(n * minutes)
    return { ...candleOf(n), ...price(n), interval, open_time_ms, close_time_ms: open_time_ms + minutes * 60_000 }
  })
const MINUTES = series('1m', 1, CANDLES)
const FIVES = series('5m', 5, CANDLES / 5)
const live = (close: number): Candle => ({ ...candleOf(CANDLES), ...price(3), close })

interface Message {
  readonly type: string
  readonly data: Record<string, unknown>
}

/** @returns a dashboard that has these candles and the rows of them, its stream of provisional values, and a way to trade */
async function follow(
  settings: { readonly INDICATORS: string; readonly FEATURES?: string },
  env: Record<string, string> = {},
) {
  const { log, candles, rows, write } = await cluster()
  const rowOf = rowSeries(chooseIndicators(settings).indicators)
  await candles(...MINUTES, ...FIVES)
  await rows(...MINUTES.map(candle => rowOf(candle)))
  const lines: string[] = []
  const logger = createLogger('dashboard', 'warn', { write: line => void lines.push(line) })
  const service = await startService(dashboard, { env: { ...settings, ...env }, log, logger })
  onTestFinished(() => service.stop())
  const known = async () => {
    const answer = await fetch(`${service.url}/api/v1/rows?pair=BTC/USD&interval=1m`)
    return answer.ok ? ((await answer.json()) as FeatureRow[]).at(-1)?.open_time_ms : undefined
  }
  await expect.poll(known).toBe(NEWEST.open_time_ms)
  const socket = new WebSocket(`${service.url.replace('http', 'ws')}/api/v1/stream?channels=provisional`)
  onTestFinished(() => socket.terminate())
  const messages: Message[] = []
  socket.on('message', data => messages.push(JSON.parse(String(data))))
  await once(socket, 'open')
  const trade = (close: number) => write('candles-live', { key: 'BTC/USD', value: live(close) })
  return { messages, trade, lines }
}

/** Trades until provisional values of that price have come: the first ones only start the thread that computes them. */
async function valuesAt(close: number, { messages, trade }: Awaited<ReturnType<typeof follow>>) {
  const seen = messages.length
  await expect
    .poll(
      async () => {
        await trade(close)
        return messages.length
      },
      { interval: 200 },
    )
    .toBeGreaterThan(seen)
  return messages.at(-1)!.data
}

it('sends the values that built-in and own indicators would have if the candle in progress ended now', async () => {
  const FEATURES = folderOf({
    'own.ts': moduleOf('own', { initial: '({ seen: 0 })', update: '[candle.close * ++state.seen]' }),
    'five.ts': moduleOf('five', { update: "[others['5m'].open_time_ms]" })
      .replace('(state, candle)', '(state, candle, others)')
      .replace('warmup', "intervals: ['5m'], warmup"),
  })
  const settings = { INDICATORS: 'sma:7; rsi:14; obv; own; five', FEATURES }
  const following = await follow(settings)
  const { indicators } = chooseIndicators({ INDICATORS: 'sma:7; rsi:14; obv; own', FEATURES })
  for (const close of [111, 107]) {
    const state = indicators.initial()
    for (const candle of MINUTES) indicators.update(state, candle)
    await valuesAt(close, following)
    const expected: Record<string, unknown> = {
      ...{ pair: 'BTC/USD', interval: '1m', open_time_ms: live(close).open_time_ms },
      ...indicators.update(state, live(close)),
    }
    expect(expected.own).toBe(close * (CANDLES + 1))
    // Values of the price before may still be on their way.
    const newest = async () => {
      await following.trade(close)
      return following.messages.at(-1)?.data
    }
    await expect.poll(newest, { interval: 200 }).toEqual(expected)
  }
})

it('leaves out what cannot be computed from the candles that are kept, and keeps what can', async () => {
  const following = await follow({ INDICATORS: 'sma:7; obv' }, { HISTORY_CANDLES: '20' })
  const data = await valuesAt(111, following)
  expect(data.sma_7).toEqual(expect.any(Number))
  expect(data).not.toHaveProperty('obv')
})

it('goes on without them when a feature has an endless loop, says why, and starts again when the feature is corrected', async () => {
  const loop = 'candle.close === 666 ? (() => { while (true); })() : [candle.close]'
  const FEATURES = folderOf({ 'own.ts': moduleOf('own', { update: loop }) })
  const following = await follow({ INDICATORS: 'own', FEATURES })
  expect((await valuesAt(111, following)).own).toBe(111)
  const text = async () => {
    await following.trade(666)
    return following.lines.join('\n')
  }
  await expect
    .poll(text, { timeout: 60_000 })
    .toMatch(/own has not come back from update for 10 s at BTC\/USD 1m, window/)
  writeFileSync(join(FEATURES, 'own.ts'), moduleOf('own'))
  expect((await valuesAt(666, following)).own).toBe(666)
})

it('starts no thread any more after it is closed, and computes for many series at a time within bounds', async () => {
  const logger = createLogger('dashboard', 'silent')
  const market = new Market({ history: 1000, series: 200 }, new Bounds(logger))
  const pairs = Array.from({ length: 120 }, (_, n) => `P${n}/USD`)
  for (const pair of pairs) for (let n = 0; n < 1000; n++) market.addCandle(candleOf(n, pair), false)
  for (const pair of pairs) market.addRow({ ...candleOf(999, pair), sma_7: 1097 }, false)
  const values = new ProvisionalValues({ INDICATORS: 'sma:7' }, market, logger)
  onTestFinished(() => values.close())
  const lives = pairs.map(pair => candleOf(1000, pair))
  await expect.poll(() => values.of(lives[0]!), { timeout: 30_000 }).toMatchObject({ pair: 'P0/USD' })
  const ofAll = () => Promise.all(lives.map(live => values.of(live)))
  expect((await ofAll()).filter(Boolean)).toHaveLength(51)
  expect((await ofAll()).filter(Boolean)).toHaveLength(101)
  expect((await ofAll()).filter(Boolean)).toHaveLength(120)
  await values.close()
  const threads = process.getActiveResourcesInfo()
  expect(await values.of(lives[0]!)).toBeUndefined()
  expect(process.getActiveResourcesInfo()).toEqual(threads)
})
