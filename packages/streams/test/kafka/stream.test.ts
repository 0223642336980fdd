import { inject } from 'vitest'
import { kafkaLog } from '../../src/index.ts'
import { streamSuite } from '../stream-suite.ts'

streamSuite(() => kafkaLog({ brokers: inject('brokers').split(','), clientId: 'test' }))
