import {
  type Connect,
  connectWebSocket,
  EXCHANGES,
  type Exchange,
  type ExchangeName,
  type FaultRates,
  Feed,
  SimulatedExchange,
  serve,
} from '@candlewick/exchanges'
import { clockIntervals, intervalMs } from '@candlewick/market-data'
import { type CommonConfig, ConfigError, checkBarPairs } from '@candlewick/service'
import type { IngestorConfig } from './config.ts'
import type { Source } from './ingestor.ts'

type Settings = IngestorConfig & CommonConfig

/** The opened source of an ingestor. */
export interface Opened {
  /** The exchange's name in the cursors. */
  readonly exchange: string
  readonly history: Exchange['history'] | undefined
  /** The exchange's own candles, if it has any. */
  readonly ohlc?: Exchange['ohlc'] | undefined
  readonly pairs: readonly string[]
  readonly source: Source
  readonly where: string
  close(): Promise<void>
}

export const DEFAULT_PAIRS: Readonly<Record<ExchangeName, readonly string[]>> = {
  kraken: ['BTC/USD', 'ETH/USD', 'SOL/USD'],
  binance: ['BTC/USDT', 'ETH/USDT', 'SOL/USDT'],
  coinbase: ['BTC/USD', 'ETH/USD', 'SOL/USD'],
}

/** @returns the live feed of an exchange. */
export function feedSource(
  { dialect }: Exchange,
  url: string | undefined,
  pairs: readonly string[],
  connect: Connect = connectWebSocket,
): Source {
  let feed: Feed | undefined
  return {
    start: emit => {
      feed = new Feed({ dialect, url, pairs, emit, connect })
      feed.start()
    },
    pause: () => feed?.pause(),
    resume: () => feed?.resume(),
    stop: async () => feed?.stop(),
  }
}

/** @param name the name in the cursors @param spoken the exchange whose protocol is used */
function openLive(name: string, spoken: ExchangeName, config: IngestorConfig, wsUrl?: string, url?: string): Opened {
  const pairs = config.PAIRS ?? DEFAULT_PAIRS[spoken]
  const exchange = openExchange(spoken, pairs, url)
  return {
    exchange: name,
    history: exchange.history,
    ohlc: exchange.ohlc,
    pairs,
    source: feedSource(exchange, wsUrl, pairs),
    where: wsUrl ?? exchange.dialect.wsUrl,
    close: async () => {},
  }
}

/** @throws ConfigError if the exchange cannot distinguish two of the pairs */
function openExchange(name: ExchangeName, pairs: readonly string[], url: string | undefined): Exchange {
  try {
    return EXCHANGES[name]({ pairs, url })
  } catch (error) {
    throw new ConfigError([{ variable: 'PAIRS', value: pairs.join(','), problem: (error as Error).message }])
  }
}

/** @throws ConfigError if the exchange cannot distinguish two of the configured pairs, or BARS names a pair that is not read */
export function checkPairs({ EXCHANGE, PAIRS, BARS, EXCHANGE_REST_URL }: IngestorConfig): void {
  const spoken = EXCHANGE === 'simulated' ? 'kraken' : EXCHANGE
  if (spoken !== 'replay') openExchange(spoken, PAIRS ?? [], EXCHANGE_REST_URL)
  checkBarPairs(BARS, PAIRS ?? (spoken === 'replay' ? undefined : DEFAULT_PAIRS[spoken]))
}

/** @returns the interval to compare with the exchange's own candles: the shortest one that the exchange has; undefined if it has none. */
export function auditedInterval(ohlc: Exchange['ohlc'] | undefined, intervals: readonly string[]): string | undefined {
  const known = clockIntervals(intervals).filter(name => ohlc?.intervals.includes(name))
  return known.sort((a, b) => intervalMs(a) - intervalMs(b))[0]
}

/** @throws ConfigError if the exchange has no candles to compare with */
export function checkAudit({
  EXCHANGE,
  PAIRS,
  EXCHANGE_REST_URL,
  AUDIT_EVERY_MINUTES,
  CANDLE_INTERVALS,
}: Settings): void {
  if (AUDIT_EVERY_MINUTES === 0) return
  const spoken = EXCHANGE === 'simulated' ? 'kraken' : EXCHANGE
  const ohlc = spoken === 'replay' ? undefined : openExchange(spoken, PAIRS ?? [], EXCHANGE_REST_URL).ohlc
  if (auditedInterval(ohlc, CANDLE_INTERVALS) !== undefined) return
  const problem = `cannot be: ${EXCHANGE} has no candles of ${CANDLE_INTERVALS.join(', ')}`
  throw new ConfigError([{ variable: 'AUDIT_EVERY_MINUTES', value: String(AUDIT_EVERY_MINUTES), problem }])
}

/** @returns the simulated exchange that the variables describe. */
export function simulatedExchange(config: IngestorConfig): SimulatedExchange {
  const faults = (config.SIMULATED_FAULTS ?? [])
    .map(text => text.split(':'))
    .map(([fault, rate]) => [fault, Number(rate)])
  return new SimulatedExchange({
    seed: config.SIMULATED_SEED,
    tradesPerSecond: config.SIMULATED_TRADES_PER_SECOND,
    speed: config.SIMULATED_SPEED,
    startMs: config.SIMULATED_START,
    faultRates: Object.fromEntries(faults) as FaultRates,
  })
}

/** Opens the exchange that `EXCHANGE` names. If the simulated exchange has no URLs, this process serves it on a free port. */
export async function openSource(config: IngestorConfig): Promise<Opened> {
  const { EXCHANGE_WS_URL, EXCHANGE_REST_URL } = config
  const EXCHANGE = config.EXCHANGE as Exclude<IngestorConfig['EXCHANGE'], 'replay'>
  if (EXCHANGE !== 'simulated') return openLive(EXCHANGE, EXCHANGE, config, EXCHANGE_WS_URL, EXCHANGE_REST_URL)
  if (EXCHANGE_WS_URL) return openLive(EXCHANGE, 'kraken', config, EXCHANGE_WS_URL, EXCHANGE_REST_URL)
  const served = await serve(simulatedExchange(config))
  const opened = openLive(EXCHANGE, 'kraken', config, served.wsUrl('kraken'), served.restUrl)
  return { ...opened, close: () => served.close() }
}
