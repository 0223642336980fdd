import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Candle, intervalMs, type Trade } from '@candlewick/market-data'
import { createLogger, type ServiceDefinition, type StartedService, startService } from '@candlewick/service'
import type { Log, LogRecord } from '@candlewick/streams'
import { parse } from 'dotenv'
import { referenceCandles } from '../../tests/reference/candles.ts'
import { temporaryFolder } from '../../tests/temporary-folder.ts'

export const MINUTE_MS = 60_000
export const INTERVALS = ['1m', '5m']
const PAIRS = ['BTC/USD', 'ETH/USD', 'SOL/USD']

/** Trades with whole numbers, so that every sum is exact. Every pair has a trade in most minutes. */
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

/**
 * Writes trades as an ingestor does: births, trades, and a watermark at the end. @param moved writes SOL/USD to the other
 * partition from its second half on, with the markers of a move @returns the time of the watermark
 */
export async function writeTrades(
  log: Log,
  topic: string,
  trades: readonly Trade[],
  { born = true, moved = false } = {},
): Promise<number> {
  const producer = await log.producer(`${topic}-writer`)
  const write = (partition: number, { pair }: { pair: string }, value: object, control?: string) => ({
    topic,
    partition,
    key: pair,
    value: JSON.stringify(value),
    ...(control && { headers: { control } }),
  })
  const home = (pair: string) => PAIRS.indexOf(pair) % 2
  const MOVER = 'SOL/USD'
  const [from, to] = [home(MOVER), 1 - home(MOVER)]
  const t0 = trades[0]!.timestamp_ms
  const end = trades.at(-1)!.timestamp_ms + 10_000
  const half = moved ? Math.floor(trades.length / 2) : trades.length
  const now = (pair: string, i: number) => (moved && pair === MOVER && i >= half ? to : home(pair))
  const birth = (pair: string) => ({ pair, epoch: [0, 0], from: null, complete_from_ms: t0 })
  const data = trades.map((t, i) => write(now(t.pair, i), t, t))
  const marks = [
    write(to, { pair: MOVER }, { pair: MOVER, epoch: [1, 0], from }, 'arrive'),
    write(from, { pair: MOVER }, { pair: MOVER, epoch: [1, 0], to }, 'move'),
  ]
  await producer.transact([
    ...(born ? PAIRS.map(pair => write(home(pair), { pair }, birth(pair), 'arrive')) : []),
    ...data.slice(0, half),
    ...(moved ? marks : []),
    ...data.slice(half),
    ...PAIRS.map(pair => write(now(pair, half), { pair }, { pair, watermark_ms: end }, 'watermark')),
  ])
  await producer.close()
  return end
}

/** @returns the candles of the trades, up to the time. */
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
  const file = join(temporaryFolder(), '.env')
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
