import { createLogger, type ServiceDefinition, type StartedService, startService } from '@candlewick/service'
import { MemoryCluster, memoryLog } from '@candlewick/streams'
import { collectDefaultMetrics } from 'prom-client'
import { candles } from '../../services/candles/src/service.ts'
import { dashboard } from '../../services/dashboard/src/service.ts'
import { technicalIndicators } from '../../services/technical-indicators/src/service.ts'
import { tradesIngestor } from '../../services/trades-ingestor/src/service.ts'

const SERVICES = [tradesIngestor, candles, technicalIndicators, dashboard] as readonly ServiceDefinition[]

/** The whole pipeline in this process, on a log in memory: a simulated exchange and candles of a second. */
export async function startPipeline(env: Record<string, string> = {}) {
  const cluster = new MemoryCluster()
  const logger = createLogger('test', 'silent')
  const started = new Map<string, StartedService>()
  for (const definition of SERVICES) {
    const own = {
      EXCHANGE: 'simulated',
      HISTORY_HOURS: '0',
      PAIRS: 'BTC/USD,ETH/USD',
      CANDLE_INTERVALS: '1s,1m',
      ...env,
    }
    const service = await startService(definition, { env: own, log: memoryLog(cluster), logger })
    // Each service has the metrics of its process, as if it ran alone.
    collectDefaultMetrics({ register: service.metrics })
    started.set(definition.name, service)
  }
  const stop = async () => {
    for (const service of [...started.values()].reverse()) await service.stop()
  }
  return { cluster, started, stop }
}
