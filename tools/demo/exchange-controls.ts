import { EXCHANGES, type ExchangeName, type SimulatedExchange, serve } from '@candlewick/exchanges'
import { readConfig } from '@candlewick/service'
import { variables } from '../../services/trades-ingestor/src/config.ts'
import { DEFAULT_PAIRS, simulatedExchange } from '../../services/trades-ingestor/src/source.ts'
import { startRelay } from './relay.ts'
import type { ServiceEnvironment } from './services.ts'

/** The exchange as the demo has it in hand. */
export interface ExchangeControls {
  /** What the ingestor needs to know, to come by here. */
  readonly env: Record<string, string>
  /** The one that this process runs; undefined where the exchange is elsewhere. */
  readonly simulated: SimulatedExchange | undefined
  /** Cuts the ingestor's connection; undefined where there is none to cut. */
  readonly cut: (() => void) | undefined
  close(): Promise<void>
}

const NOTHING: ExchangeControls = { env: {}, simulated: undefined, cut: undefined, close: async () => {} }

/** A simulated exchange is run here; the connection to a real one comes through a relay. */
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
