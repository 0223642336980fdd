import { join } from 'node:path'
import type { Env } from '@candlewick/service'

/** The demo's instances, each with its name and its service. */
export const INSTANCES = [
  { name: 'trades-ingestor', service: 'trades-ingestor' },
  { name: 'candles-1', service: 'candles' },
  { name: 'candles-2', service: 'candles' },
  { name: 'technical-indicators', service: 'technical-indicators' },
  { name: 'feature-store', service: 'feature-store' },
] as const

export interface Instance {
  readonly name: string
  readonly service: (typeof INSTANCES)[number]['service']
}

/** @returns the next instance of candles whose name is free. */
export function nextCandles(running: readonly { readonly name: string }[]): Instance {
  const numbers = running.map(({ name }) => Number(/^candles-(\d+)$/.exec(name)?.[1] ?? 0))
  return { name: `candles-${Math.max(...numbers) + 1}`, service: 'candles' }
}

/** @throws Error naming the running instances */
export function instanceNamed<T extends { readonly name: string }>(running: readonly T[], name: string): T {
  const found = running.find(instance => instance.name === name)
  if (!found) throw new Error(`No instance ${name} runs; there are ${running.map(r => r.name).join(', ')}`)
  return found
}

/** An instance of a service in the demo. */
export interface Running {
  readonly name: string
  /** Process id; undefined when all instances run in this process. */
  readonly pid?: number | undefined
  /** URL of its health and metrics; undefined until the instance has logged it. */
  readonly url: string | undefined
  /** How the instance ended; `failed` when it ended by itself and not by a signal. */
  readonly ended: { readonly how: string; readonly failed: boolean } | undefined
}

export interface Pipeline {
  instances(): readonly Running[]
  /** Starts one more instance of candles. */
  add(): Promise<void>
  /** Stops the instance in order; it is not started again. */
  remove(name: string): Promise<void>
  /** Kills the instance without warning, as `kill -9` does. It is started again, as Docker and Kubernetes do. */
  kill(name: string): void
  stop(): Promise<void>
}

/** These intervals are shorter than the default, so that the first candles appear within seconds. */
const DEMO_INTERVALS = '2s,10s,1m,5m,15m,1h'
/** There are more pairs than partitions, so that pairs move to an added partition. */
const SIMULATED_PAIRS = 'BTC/USD,ETH/USD,SOL/USD,XRP/USD,DOGE/USD,SHIB/USD'

/** The demo's own folder of Parquet files. It belongs to the demo's topics, so it is emptied at the start and deleted at the end. */
export const FEATURES = join(import.meta.dirname, '../../node_modules/.cache/candlewick/features')
/** The shortest period, so that files soon appear. */
const FILE_MINUTES = '1'

export type ServiceEnvironment = Record<string, string> &
  Record<'KAFKA_BROKERS' | 'EXCHANGE' | 'TOPIC_PREFIX' | 'CANDLE_INTERVALS' | 'STORE_PARQUET', string>

/** The environment of the demo's services. The user's own variables replace it; an empty variable counts as absent. */
export function serviceEnvironment(env: Env, exchange: string, brokers: string): ServiceEnvironment {
  const { KAFKA_BROKERS: _, CONSUMER_GROUP: __, HTTP_PORT: ___, ...given } = env
  const defaults = {
    TOPIC_PREFIX: exchange === 'kraken' ? '' : `${exchange}-`,
    CANDLE_INTERVALS: DEMO_INTERVALS,
    STORE_PARQUET: FEATURES,
    STORE_PARQUET_FILE_MINUTES: FILE_MINUTES,
    ...(exchange === 'simulated' && { PAIRS: SIMULATED_PAIRS }),
  }
  const present = Object.entries(given).filter((entry): entry is [string, string] => Boolean(entry[1]))
  return { ...defaults, ...Object.fromEntries(present), KAFKA_BROKERS: brokers, EXCHANGE: exchange }
}

interface LogLine {
  readonly level?: string
  readonly msg?: string
  readonly url?: string
  readonly error?: { readonly message: string }
}

/** A line that is not JSON, such as the stack of a crash, counts as an error. */
export function parse(line: string): LogLine {
  try {
    return JSON.parse(line) as LogLine
  } catch {
    return { level: 'error', msg: line }
  }
}
