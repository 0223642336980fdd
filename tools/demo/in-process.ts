import { createLogger, type ServiceDefinition, type StartedService, startService } from '@candlewick/service'
import { type MemoryCluster, memoryLog } from '@candlewick/streams'
import type * as z from 'zod'
import { candles } from '../../services/candles/src/service.ts'
import { technicalIndicators } from '../../services/technical-indicators/src/service.ts'
import { tradesIngestor } from '../../services/trades-ingestor/src/service.ts'
import { INSTANCES, type Pipeline, type Running } from './services.ts'
import type { Warnings } from './warnings.ts'

/** Every instance in this process, on the in-memory log: for machines without a broker. */
export async function startInProcess(
  cluster: MemoryCluster,
  env: Record<string, string>,
  warnings: Warnings,
): Promise<Pipeline> {
  const started: { service: StartedService; running: Running }[] = []
  const start = async <Shape extends z.ZodRawShape>(name: string, definition: ServiceDefinition<Shape>) => {
    const logger = createLogger(name, 'warn', { write: line => warnings.add(name, line) })
    const service = await startService(definition, { env, log: memoryLog(cluster), logger })
    service.done?.catch(error => logger.error({ error }, 'ended'))
    started.push({ service, running: { name, url: service.url, ended: undefined } })
  }
  for (const { name, service } of INSTANCES)
    if (service === 'trades-ingestor') await start(name, tradesIngestor)
    else if (service === 'candles') await start(name, candles)
    else await start(name, technicalIndicators)
  return {
    instances: () => started.map(({ running }) => running),
    stop: async () => {
      for (const { service } of started) await service.stop()
    },
  }
}
