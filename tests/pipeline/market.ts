import { join } from 'node:path'
import { SimulatedExchange, serve } from '@candlewick/exchanges'
import { expect, onTestFinished } from 'vitest'
import { temporaryFolder } from '../temporary-folder.ts'
import { ServiceProcess } from './process.ts'
import { runTool } from './tool.ts'

let markets = 0

/** A simulated exchange with two pairs, and processes on topics of the test's own, with candles of one second. */
export async function market(brokers: string, tradesPerSecond: number) {
  const served = await serve(new SimulatedExchange({ tradesPerSecond }))
  onTestFinished(() => served.close())
  const prefix = `market-${process.pid}-${markets++}-`
  const env = {
    KAFKA_BROKERS: brokers,
    TOPIC_PREFIX: prefix,
    EXCHANGE: 'simulated',
    EXCHANGE_WS_URL: served.wsUrl('kraken'),
    EXCHANGE_REST_URL: served.restUrl,
    HISTORY_HOURS: '0',
    PAIRS: 'BTC/USD,ETH/USD',
    PARTITIONS: '2',
    CANDLE_INTERVALS: '1s',
    INDICATORS: 'sma:3; rsi:3',
  }
  const start = (name: string, main?: string) => {
    const service = new ServiceProcess(name, env, main)
    onTestFinished(async () => void (await service.stop()))
    return service
  }
  return { prefix, start, restUrl: served.restUrl }
}

/** Runs `npm run compute` with the intervals and indicators of a {@link market}. @returns the folder that it has written */
export async function compute(
  name: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<string> {
  const out = join(temporaryFolder(), name)
  const own = ['--out', out, '--intervals', '1s', '--indicators', 'sma:3; rsi:3', '--threads', '0']
  const tool = runTool('compute', [...args, ...own], env)
  expect(await tool.ended, tool.output()).toBe(0)
  return out
}

/** Arguments of {@link compute} for the trades that the simulated exchange made in the last minutes. */
export function sinceMinutesAgo(minutes: number): string[] {
  const from = `${new Date(Date.now() - minutes * 60_000).toISOString().slice(0, 19)}Z`
  return ['--exchange', 'kraken', '--pair', 'BTC/USD,ETH/USD', '--from', from]
}
