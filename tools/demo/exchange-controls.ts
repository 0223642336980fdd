import { EXCHANGES, type ExchangeName, type SimulatedExchange, serve } from '@candlewick/exchanges'
import { readConfig } from '@candlewick/service'
import { variables } from '../../services/trades-ingestor/src/config.ts'
import { DEFAULT_PAIRS, simulatedExchange } from '../../services/trades-ingestor/src/source.ts'
import { startRelay } from './relay.ts'
import type { ServiceEnvironment } from './services.ts'

/** The demo's control over the exchange. */
export interface ExchangeControls {
  /** Environment that makes the ingestor connect through the demo. */
  readonly env: Record<string, string>
  /** The simulated exchange of this process; undefined when the exchange is elsewhere. */
  readonly simulated: SimulatedExchange | undefined
  /** Cuts the ingestor's connection; undefined when the demo has no connection to cut. */
  readonly cut: (() => void) | undefined
  close(): Promise<void>
}

const NOTHING: ExchangeControls = { env: {}, simulated: undefined, cut: undefined, close: async () => {} }

/** Runs a simulated exchange in this process, or connects a real one through a relay. */
export async function takeInHand(env: ServiceEnvironment): Promise<ExchangeControls> {
  const config = readConfig(variables, env)
  const { EXCHANGE, EXCHANGE_WS_URL } = config
  if (EXCHANGE === 'replay' || (EXCHANGE === 'simulated' && EXCHANGE_WS_URL)) return NOTHING
  if (EXCHANGE === 'simulated') {
    const simulated = simulatedExchange(config)
    const { wsUrl, restUrl, close } = await serve(simulated)
    const urls = { EXCHANGE_WS_URL: wsUrl('kraken'), EXCHANGE_REST_URL: restUrl }
    return { env: urls, simulated, cut: () => simulated.cut(), close }
  }
  const relay = await startRelay(EXCHANGE_WS_URL ?? defaultUrl(EXCHANGE, config.PAIRS))
  const close = async () => relay.close()
  return { env: { EXCHANGE_WS_URL: relay.url }, simulated: undefined, cut: () => relay.cut(), close }
}

const defaultUrl = (name: ExchangeName, pairs: readonly string[] = DEFAULT_PAIRS[name]): string =>
  EXCHANGES[name]({ pairs }).dialect.wsUrl
