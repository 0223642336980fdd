import { existsSync, readFileSync } from 'node:fs'
import type { ExchangeCandle, Ohlc } from '@candlewick/exchanges'
import { createLogger, startService } from '@candlewick/service'
import { MemoryCluster, memoryLog } from '@candlewick/streams'
import { describe, expect, it, vi } from 'vitest'
import { candles } from '../../services/candles/src/service.ts'
import { tradesIngestor } from '../../services/trades-ingestor/src/service.ts'
import { readOptions } from './options.ts'
import { runAudit } from './run.ts'

const DATA = new URL('../../../shared/data/', import.meta.url).pathname
const { signal } = new AbortController()
const logger = createLogger('test', 'silent')

/** Kraken's own candles, from its file. */
function recordedCandles(): ExchangeCandle[] {
  const [, ...lines] = readFileSync(`${DATA}kraken-ohlc-1m-xbtusdt.csv`, 'utf8').trim().split('\n')
  return lines.map(line => {
    const [time, open = '', high = '', low = '', close = '', , volume = '', count] = line.split(',')
    return { open_time_ms: Number(time) * 1000, open, high, low, close, volume, trade_count: Number(count) }
  })
}

const fake = (candles: readonly ExchangeCandle[]): Ohlc => ({ intervals: ['1m'], candles: async () => [...candles] })

async function ofRecording(cluster: MemoryCluster): Promise<void> {
  const log = memoryLog(cluster)
  const env = {
    EXCHANGE: 'replay',
    REPLAY_FILE: `${DATA}kraken-rest-trades-xbtusdt.json`,
    PAIRS: 'BTC/USDT',
    CANDLE_INTERVALS: '1m',
  }
  const ingestor = await startService(tradesIngestor, { env, log, logger })
  await ingestor.done
  await ingestor.stop()
  const service = await startService(candles, { env, log, logger })
  await vi.waitFor(
    async () => {
      let count = 0
      for (let p = 0; p < cluster.partitions('candles').length; p++) count += (await log.offsets('candles', p)).end
      expect(count).toBeGreaterThan(195)
    },
    { timeout: 20_000 },
  )
  await service.stop()
}

describe.runIf(existsSync(DATA))('the recorded Kraken trades and candles', () => {
  it('show no differences, and a wrong digit is found', async () => {
    const cluster = new MemoryCluster()
    await ofRecording(cluster)
    const theirs = recordedCandles()
    const said: string[] = []
    const last = theirs.at(-1)?.open_time_ms ?? 0
    const run = (candles: readonly ExchangeCandle[]) =>
      runAudit(
        { pairs: ['BTC/USDT'], hours: 24, interval: '1m' },
        {
          ohlc: fake(candles),
          log: memoryLog(cluster),
          topic: 'candles',
          signal,
          nowMs: last + 60_000,
          report: s => said.push(s),
        },
      )
    expect(await run(theirs)).toBe(0)
    expect(said).toEqual([expect.stringMatching(/^BTC\/USDT 1m: 0 differences in 199 candles /)])
    said.length = 0
    const wrong = theirs.map((candle, i) => (i === 77 ? { ...candle, high: '999999', trade_count: 1e6 } : candle))
    expect(await run([...wrong, { ...theirs[0]!, open_time_ms: last + 60_000 }])).toBe(3)
    expect(said.slice(0, 3)).toEqual([
      expect.stringMatching(/^BTC\/USDT 1m 2025-11-10T18:41:00 high {7} ours [\d.]+, the exchange's 999999$/),
      expect.stringMatching(/trade_count ours \d+, the exchange's 1000000$/),
      expect.stringMatching(/candle {5} ours is missing/),
    ])
  })
})

it.each([
  ['no pair', [], /--pair is missing/],
  ['an interval that the exchange lacks', ['--pair', 'A/B', '--interval', '10s'], /kraken has no 10s candles, only 1m/],
  ['no interval', ['--pair', 'A/B', '--interval', 'x'], /--interval x is not an interval/],
  ['a negative number of hours', ['--pair', 'A/B', '--hours', '-1'], /--hours -1|Option '--hours/],
])('rejects %s', (_name, args, message) => {
  expect(() => readOptions(args)).toThrow(message)
})
