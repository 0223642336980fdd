import { kafkaLog } from '@candlewick/kafka'
import { follow } from '@candlewick/streams'
import { startLargeTrades } from './start.ts'

/** Runs the processor on a broker: `node examples/large-trades/main.ts` prints large trades until Ctrl-C. */
const { KAFKA_BROKERS = 'localhost:19092', TOPIC_PREFIX = '' } = process.env
const log = kafkaLog({ brokers: KAFKA_BROKERS.split(','), clientId: 'large-trades' })
const { topic, stop } = await startLargeTrades(log, TOPIC_PREFIX)
console.error(`Large trades go to the topic ${topic}; Ctrl-C stops`)

const stopping = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stopping.abort())
const from = (start: number) => start
await follow(log, topic, { from, signal: stopping.signal }, async ({ records }) => {
  for (const { value, headers } of records) if (!headers?.control) console.log(String(value))
})
await stop()
await log.close()
