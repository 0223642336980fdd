import { once } from 'node:events'
import { startBroker } from './index.ts'

/** `npm run broker`: runs a broker in the foreground until Ctrl-C. */
const stopped = Promise.race(['SIGINT', 'SIGTERM', 'SIGHUP'].map(signal => once(process, signal)))
const broker = await startBroker({ running: process.env.KAFKA_BROKERS, report: sentence => console.error(sentence) })
console.log(`KAFKA_BROKERS=${broker.brokers}`)
console.error('Ctrl-C stops the broker and deletes its data.')
await stopped
await broker.stop()
process.exit(0)
