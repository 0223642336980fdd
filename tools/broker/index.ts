import { startApacheKafka } from './apache-kafka.ts'
import { type Broker, type BrokerOptions, NoBroker, NotPossible } from './broker.ts'
import { useExternalBroker } from './external.ts'
import { startRedpanda } from './redpanda.ts'

export { type Broker, type BrokerOptions, NoBroker } from './broker.ts'
export { ownedProcess } from './owned-process.ts'

/**
 * A broker for tests and the demo: the one that `KAFKA_BROKERS` names, else Redpanda in Docker, else Apache Kafka by
 * Maven and Java.
 * @throws NoBroker naming the three ways and what each lacks
 */
export async function startBroker(
  options: BrokerOptions = {},
  ways = [startRedpanda, startApacheKafka],
): Promise<Broker> {
  const named = process.env.KAFKA_BROKERS
  if (named) return useExternalBroker(named)
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
