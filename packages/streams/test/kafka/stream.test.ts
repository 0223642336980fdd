import { kafkaLog } from '../../src/index.ts'
import { streamSuite } from '../stream-suite.ts'

const brokers = (process.env.KAFKA_BROKERS ?? '127.0.0.1:29092').split(',')
streamSuite(() => kafkaLog({ brokers, clientId: 'test' }))
