import { kafkaLog } from '@candlewick/kafka'
import { createLogger, type ServiceDefinition, type StartedService, startService } from '@candlewick/service'

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
export const committedRecords = (service: StartedService): Promise<number> => sumOf(service, 'candlewick_records_total')

/** @returns how many records of the input have been read. The input must be read from offset 0. */
export const readRecords = (service: StartedService): Promise<number> =>
  sumOf(service, 'candlewick_task_position_offset')

export async function sumOf(service: StartedService, name: string): Promise<number> {
  const metric = await service.metrics.getSingleMetric(name)?.get()
  return metric?.values.reduce((sum, { value }) => sum + value, 0) ?? 0
}
