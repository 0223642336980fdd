import { createLogger, type ServiceDefinition, type StartedService, startService } from '@candlewick/service'
import { kafkaLog } from '@candlewick/streams'

/** Starts one instance of a service in this process, as its `main.ts` does, in a group of its own unless one is named. */
export async function runService(
  definition: ServiceDefinition,
  brokers: string,
  env: Readonly<Record<string, string>>,
): Promise<StartedService> {
  const log = kafkaLog({ brokers: brokers.split(','), clientId: 'bench' })
  const own = { CONSUMER_GROUP: `bench-${process.pid}-${Date.now()}` }
  const logger = createLogger('bench', 'warn')
  return startService(definition, { env: { ...own, KAFKA_BROKERS: brokers, ...env }, log, logger })
}

/** @returns how many records of the input are processed and committed. */
export async function committedRecords(service: StartedService): Promise<number> {
  const metric = await service.metrics.getSingleMetric('candlewick_records_total')?.get()
  return metric?.values[0]?.value ?? 0
}
