import { Kafka, logLevel } from 'kafkajs'
import { measure, report } from '../measure.ts'

/**
 * An ordinary consumer of kafkajs, with our patch of its connections: reads the topic and, with `parse`, decodes each
 * value. Arguments: brokers, topic, count, mode.
 */
const [brokers = '', topic = '', count = '0', mode = 'read'] = process.argv.slice(2)
const kafka = new Kafka({ brokers: brokers.split(','), clientId: 'bench', logLevel: logLevel.NOTHING })
const consumer = kafka.consumer({ groupId: `bench-${process.pid}-${Date.now()}`, maxWaitTimeInMs: 100 })
/** A field of a trade or of a feature row. */
const volumeOf = ({ qty, volume = 0 }: { qty?: number; volume?: number }): number => qty ?? volume

await consumer.connect()
await consumer.subscribe({ topic, fromBeginning: true })

let read = 0
let volume = 0
const measuring = measure()
await consumer.run({
  autoCommit: false,
  partitionsConsumedConcurrently: 8,
  eachBatch: async ({ batch }) => {
    for (const message of batch.messages) {
      read++
      // Control records have no value.
      if (mode === 'parse' && message.value) volume += volumeOf(JSON.parse(message.value.toString()))
    }
    if (read >= Number(count)) {
      if (mode === 'parse' && !(volume > 0)) throw new Error('nothing was parsed')
      report(measuring.done(read))
    }
  },
})
