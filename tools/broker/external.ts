import { untilAnswers } from './answers.ts'
import type { Broker } from './broker.ts'

/** @throws Error that names the brokers if they do not answer */
export async function useExternalBroker(brokers: string): Promise<Broker> {
  await untilAnswers(brokers, 10_000)
  const notOurs = async () => {
    throw new Error(
      `The broker at ${brokers} was not started by this process, which therefore does not kill or restart it`,
    )
  }
  return { kind: 'external', brokers, stop: async () => {}, kill: notOurs, restart: notOurs }
}
