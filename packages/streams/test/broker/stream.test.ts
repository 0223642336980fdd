import { kafkaLog } from '@candlewick/kafka'
import { inject } from 'vitest'
import { streamSuite } from '../stream-suite.ts'

streamSuite(() => kafkaLog({ brokers: inject('brokers').split(','), clientId: 'test' }))
