import { deadLetterOf, type Log, type LogRecord, type Rejected } from '@candlewick/streams'
import type { SinkEvent } from './events.ts'
import type { Source } from './store.ts'

interface DeadLettersOptions {
  readonly log: Log
  readonly topic: string
  readonly service: string
  readonly transactionalId: string
  readonly observe: (event: SinkEvent) => void
}

/** Writes rows that a store cannot accept to the dead letters. After a crash a row may be there twice, but it is never missing. */
export class DeadLetters {
  readonly #o: DeadLettersOptions

  constructor(options: DeadLettersOptions) {
    this.#o = options
  }

  async write(
    record: LogRecord,
    { topic, partition }: Source,
    store: string,
    { reason, message }: Rejected,
  ): Promise<void> {
    const { log, service, transactionalId, observe } = this.#o
    const why = { reason, detail: message, deadLetters: this.#o.topic }
    const letter = deadLetterOf(record, { topic, partition, service }, why)
    const producer = await log.producer(`${transactionalId}-${topic}-${partition}-${store}`)
    try {
      await producer.transact([{ ...letter, headers: { ...letter.headers, store } }])
    } finally {
      await producer.close()
    }
    observe({ type: 'dead_letter', store, topic, partition, offset: record.offset, reason, detail: message })
  }
}
