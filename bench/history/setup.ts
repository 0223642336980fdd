import { join } from 'node:path'
import { type Broker, startBroker } from '../../tools/broker/index.ts'
import { type Checkout, checkOut } from '../compare.ts'

/** A broker and checkouts of other commits, which the contestants share. Each is made when it is first needed. */
export class Setup {
  readonly #checkouts = new Map<string, Promise<Checkout>>()
  #broker: Promise<Broker> | undefined

  /** @param ref a commit; undefined: this checkout. @returns the folder of its checkout */
  async root(ref?: string): Promise<string> {
    if (ref === undefined) return join(import.meta.dirname, '../..')
    const checkout = this.#checkouts.get(ref) ?? checkOut(ref)
    this.#checkouts.set(ref, checkout)
    return (await checkout).root
  }

  broker(): Promise<Broker> {
    this.#broker ??= startBroker({ running: process.env.KAFKA_BROKERS, report: sentence => console.error(sentence) })
    return this.#broker
  }

  /** @returns the broker's kind, `none` if no contestant needed one */
  async brokerKind(): Promise<string> {
    return this.#broker ? (await this.#broker).kind : 'none'
  }

  async stop(): Promise<void> {
    const removed = [...this.#checkouts.values()].map(async checkout => (await checkout).remove())
    await Promise.allSettled(removed)
    if (this.#broker) await (await this.#broker).stop()
  }
}
