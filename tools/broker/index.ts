import { startApacheKafka } from './apache-kafka.ts'
import { type Broker, type BrokerOptions, NoBroker, NotPossible } from './broker.ts'
import { useExternalBroker } from './external.ts'
import { startRedpanda } from './redpanda.ts'

export { type Broker, type BrokerOptions, NoBroker } from './broker.ts'
export { ownedProcess } from './owned-process.ts'

/**
 * Provides a broker for tests, benchmarks and the demo: a running broker if one is configured, otherwise Redpanda in Docker,
 * otherwise Apache Kafka by Maven and Java.
 * @throws NoBroker that names the three ways and why each is not possible
 */
export async function startBroker(
  options: BrokerOptions = {},
  ways = [startRedpanda, startApacheKafka],
): Promise<Broker> {
  if (options.running) return useExternalBroker(options.running)
  const lacking: string[] = []
  for (const start of ways)
    try {
      const broker = await start(options)
      for (const sentence of lacking) options.report?.(`Not possible on this machine: ${sentence}`)
      return broker
    } catch (error) {
      if (!(error instanceof NotPossible)) throw error
      lacking.push(error.message)
    }
  throw new NoBroker(lacking)
}
