import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { kafkaLog } from '@candlewick/kafka'
import type { Candle, FeatureRow } from '@candlewick/market-data'
import Big from 'big.js'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { ServiceProcess } from './process.ts'
import { DATA, type ExactRow, lacking, RECORDINGS, recompute } from './recordings.ts'
import { readTopic, readToTheEnd, valuesOf } from './topics.ts'

const INTERVALS = '1m,5m,15m,1h,4h,1d'
const PRICES = ['open', 'high', 'low', 'close'] as const
const SUMS = ['volume', 'quote_volume', 'buy_volume', 'vwap'] as const
const MOST_WRONG = 1e-8
const INDICATORS = ['sma_7', 'ema_7', 'rsi_14'] as const

const prefix = `replay-${process.pid}-`
const brokers = inject('brokers')
const env = { TOPIC_PREFIX: prefix, KAFKA_BROKERS: brokers, CANDLE_INTERVALS: INTERVALS }
const missing = lacking()
if (missing) console.warn(`LEFT OUT: the pipeline on real trades: ${missing}`)

const log = kafkaLog({ brokers: brokers.split(','), clientId: 'replay-test' })
const services: ServiceProcess[] = []
const exact = new Map<string, ExactRow[]>()
let candles = new Map<string, Candle[]>()
let rows = new Map<string, FeatureRow[]>()
let instanceOutputs: number[] = []
let deadLetters: unknown[] = []

const seriesOf = ({ pair, interval }: { pair: string; interval: string }) => `${pair} ${interval}`
const start = (name: string, own: Record<string, string> = {}) => {
  const service = new ServiceProcess(name, { ...env, ...own })
  services.push(service)
  return service
}

/** Four ingestors at once, each with a recording and pairs of its own. */
async function replayAll(): Promise<void> {
  const ingestors = RECORDINGS.map(({ file, pair }, i) =>
    start('trades-ingestor', {
      EXCHANGE: 'replay',
      REPLAY_FILE: join(DATA, file),
      CONSUMER_GROUP: `${prefix}ingestor-${i}`,
      ...(pair && { PAIRS: pair }),
    }),
  )
  for (const ingestor of ingestors) expect(await ingestor.ended, ingestor.output).toBe(0)
}

beforeAll(async () => {
  if (missing) return
  const instances = [start('candles'), start('candles')]
  const technicalIndicators = start('technical-indicators')
  await Promise.all([...instances, technicalIndicators].map(service => service.ready()))
  await replayAll()
  await readToTheEnd(brokers, log, `${prefix}candles`, `${prefix}trades`)
  await readToTheEnd(brokers, log, `${prefix}technical-indicators`, `${prefix}candles`)
  const metrics = await Promise.all(instances.map(instance => instance.get('/metrics')))
  instanceOutputs = metrics.map(({ text }) => Number(/^candlewick_outputs_total\S* (\d+)/m.exec(text)?.[1]))
  for (const service of [...instances, technicalIndicators]) expect(await service.stop(), service.output).toBe(0)
  candles = Map.groupBy(valuesOf<Candle>(await readTopic(log, `${prefix}candles`)), seriesOf)
  rows = Map.groupBy(valuesOf<FeatureRow>(await readTopic(log, `${prefix}technical-indicators`)), seriesOf)
  deadLetters = valuesOf(await readTopic(log, `${prefix}dead-letters`))
  for (const { file, pair } of RECORDINGS) exact.set(file, await recompute(file, pair, INTERVALS))
}, 400_000)

afterAll(async () => {
  await Promise.all(services.map(service => service.stop()))
  await log.close()
})

/** Writes the candle's values as the recomputation does where they are equal, so that only real differences show. */
function inExactTerms(candle: Candle, of: ExactRow): object {
  const price = (name: (typeof PRICES)[number]) => (candle[name] === Number(of[name]) ? of[name] : candle[name])
  const isRight = (value: number, exactly: unknown) => Big(value).minus(String(exactly)).abs().lte(MOST_WRONG)
  const sum = (name: (typeof SUMS)[number]) => (isRight(candle[name], of[name]) ? of[name] : candle[name])
  const prices = PRICES.map(name => [name, price(name)])
  return { ...candle, ...Object.fromEntries([...prices, ...SUMS.map(name => [name, sum(name)])]) }
}

const isNear = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-9 * Math.max(1e-6, Math.abs(b))

const withoutIndicators = (row: ExactRow): object =>
  Object.fromEntries(Object.entries(row).filter(([name]) => !INDICATORS.some(indicator => indicator === name)))

describe.skipIf(missing !== undefined)(`recorded trades through a real broker${missing ? `: ${missing}` : ''}`, () => {
  it.each(RECORDINGS)('every candle of $file occurs once, in order, and equals a recomputation', ({ file }) => {
    const expected = Map.groupBy(exact.get(file) ?? [], seriesOf)
    expect(expected.size).toBeGreaterThan(0)
    for (const [series, list] of expected) {
      const found = candles.get(series) ?? []
      expect(found.map(c => c.open_time_ms)).toEqual(list.map(c => c.open_time_ms))
      expect(found.map((c, i) => inExactTerms(c, list[i]!))).toEqual(list.map(withoutIndicators))
    }
  })

  it('there are no other series and no dead letters, and each instance has made some candles', () => {
    const expected = [...exact.values()].flat()
    expect([...candles.keys()].sort()).toEqual([...new Set(expected.map(seriesOf))].sort())
    expect([...rows.keys()].sort()).toEqual([...candles.keys()].sort())
    expect(deadLetters).toEqual([])
    expect(Math.min(...instanceOutputs)).toBeGreaterThan(0)
    expect(instanceOutputs.reduce((a, b) => a + b)).toBe(expected.length)
  })

  it('every candle has one feature row, in order, with the indicators of a recomputation', () => {
    for (const of of exact.values())
      for (const [series, list] of Map.groupBy(of, seriesOf)) {
        const found = rows.get(series) ?? []
        expect(found).toMatchObject(candles.get(series) ?? [])
        for (const name of INDICATORS) {
          const values = found.map(row => row[name] as number | null)
          expect(values.map(value => value === null)).toEqual(list.map(row => row[name] === null))
          const wrong = values.filter((value, i) => !isNear(value ?? 0, Number(list[i]![name])))
          expect(wrong, `${name} of ${series}`).toEqual([])
        }
      }
  })
})

describe.skipIf(missing !== undefined)('the exchange as judge', () => {
  it("Kraken's own one-minute candles are the same", () => {
    const ours = new Map((candles.get('BTC/USDT 1m') ?? []).map(c => [c.open_time_ms, c]))
    const [, ...lines] = readFileSync(join(DATA, 'kraken-ohlc-1m-xbtusdt.csv'), 'utf8').trim().split(/\r?\n/)
    const theirs = lines.map(line => line.split(','))
    expect(theirs.length).toBe(ours.size - 1)
    for (const [time, open, high, low, close, vwap, volume, count] of theirs) {
      const candle = ours.get(Number(time) * 1000)
      expect(candle).toMatchObject({
        open: Number(open),
        high: Number(high),
        low: Number(low),
        close: Number(close),
        volume: Number(volume),
        trade_count: Number(count),
        complete: true,
      })
      // Kraken truncates its vwap to the price's decimals, and has "0.0" where there were no trades.
      if (count !== '0') expect(Big(candle!.vwap).round(1, Big.roundDown).toNumber()).toBe(Number(vwap))
    }
  })

  it("Binance's candle in progress at the end of the capture is the same where it contains the last trade", () => {
    const capture = gunzipSync(readFileSync(join(DATA, 'binance-futures-ws-capture.txt.gz'))).toString()
    const events = capture
      .split('\n')
      .flatMap(line => (/^\d/.test(line) ? [JSON.parse(line.slice(line.indexOf('{')))] : []))
    const last = (type: string, pair: string) => events.map(e => e.data).findLast(e => e?.e === type && e.s === pair)
    const judged = [...candles]
      .filter(([series]) => /^\w+USDT 1m$/.test(series))
      .filter(([, [candle]]) => {
        return last('aggTrade', candle!.pair).l === last('kline', candle!.pair).k.L
      })
    expect(judged.map(([series]) => series)).toEqual(['SUSHIUSDT 1m'])
    for (const [, found] of judged) {
      const { k } = last('kline', found[0]!.pair)
      const candle = found.at(-1)!
      expect(candle).toMatchObject({ open_time_ms: k.t, ...{ open: +k.o, high: +k.h, low: +k.l, close: +k.c } })
      expect([candle.volume, candle.quote_volume, candle.buy_volume]).toEqual([+k.v, +k.q, +k.V])
    }
  })
})
