import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Candle, intervalMs, type Trade } from '@candlewick/market-data'
import { createLogger, type ServiceDefinition, type StartedService, startService } from '@candlewick/service'
import type { Log, LogRecord } from '@candlewick/streams'
import { parse } from 'dotenv'
import { referenceCandles } from '../../tests/reference/candles.ts'

export const MINUTE_MS = 60_000
export const INTERVALS = ['1m', '5m']
const PAIRS = ['BTC/USD', 'ETH/USD', 'SOL/USD']

/** Whole numbers, so that every sum is exact; every pair has a trade in most minutes. */
export function someTrades(t0: number, minutes: number, firstId = 0): Trade[] {
  return Array.from({ length: minutes * 6 }, (_, i) => ({
    pair: PAIRS[i % PAIRS.length]!,
    trade_id: firstId + Math.floor(i / PAIRS.length),
    side: i % 4 === 0 ? ('buy' as const) : ('sell' as const),
    price: 100 + ((i * 37) % 23),
    qty: 1 + (i % 5),
    timestamp_ms: t0 + i * 10_000,
  }))
}

/** Writes trades as an ingestor would: births first, then trades, then the promise that no earlier ones follow. */
export async function writeTrades(log: Log, topic: string, trades: readonly Trade[], from: 'birth' | 'later') {
  const producer = await log.producer(`${topic}-writer`)
  const record = ({ pair }: { pair: string }, value: object, control?: string) => ({
    topic,
    partition: PAIRS.indexOf(pair) % 2,
    key: pair,
    value: JSON.stringify(value),
    ...(control && { headers: { control } }),
  })
  const t0 = trades[0]!.timestamp_ms
  const end = trades.at(-1)!.timestamp_ms + 10_000
  const births = PAIRS.map(pair =>
    record({ pair }, { pair, epoch: [0, 0], from: null, complete_from_ms: t0 }, 'arrive'),
  )
  const promises = PAIRS.map(pair => record({ pair }, { pair, watermark_ms: end }, 'watermark'))
  await producer.transact([...(from === 'birth' ? births : []), ...trades.map(t => record(t, t)), ...promises])
  await producer.close()
  return end
}

/** What the candles of the trades are, up to the time. */
export const expected = (trades: readonly Trade[], until_ms: number, complete_from_ms: number): Candle[] =>
  sorted(referenceCandles(trades, INTERVALS, { until_ms, emptyCandles: 'flat', complete_from_ms }))

export const sorted = <T extends Candle>(candles: readonly T[]): T[] =>
  [...candles].sort(
    (a, b) =>
      a.pair.localeCompare(b.pair) ||
      intervalMs(a.interval) - intervalMs(b.interval) ||
      a.open_time_ms - b.open_time_ms,
  )

export async function valuesOf<T>(log: Log, topic: string): Promise<T[]> {
  const found: LogRecord[] = []
  const count = (await log.topics.partitions([topic])).get(topic) ?? 0
  for (let partition = 0; partition < count; partition++) {
    const { start, end } = await log.offsets(topic, partition)
    for await (const records of log.read(topic, partition, start, end)) found.push(...records)
  }
  return found.filter(r => r.headers?.control === undefined).map(({ value }) => JSON.parse(String(value)) as T)
}

/** A folder with a file of variables, as services read it. */
export function envFile(first: Record<string, string>) {
  const file = join(mkdtempSync(join(tmpdir(), 'candlewick-reset-')), '.env')
  const lines = Object.entries(first).map(([name, value]) => `${name}=${value}`)
  writeFileSync(file, `# mine\n${lines.join('\n')}\n`)
  return { file, read: () => parse(readFileSync(file)) }
}

export async function start(
  definitions: readonly ServiceDefinition[],
  env: Record<string, string>,
  makeLog: () => Log,
): Promise<{ stop(): Promise<void> }> {
  const running: { service: StartedService; log: Log }[] = []
  for (const definition of definitions) {
    const log = makeLog()
    const logger = createLogger('test', 'silent')
    running.push({ log, service: await startService(definition, { env, log, logger }) })
  }
  return {
    stop: async () => {
      for (const { service, log } of running) {
        await service.stop()
        await log.close()
      }
    },
  }
}
