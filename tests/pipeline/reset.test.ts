import { kafkaLog } from '@candlewick/kafka'
import { inject } from 'vitest'
import { resetSuite } from '../../tools/reset/suite.ts'

const brokers = inject('brokers')
resetSuite(() => kafkaLog({ brokers: brokers.split(','), clientId: 'reset-test' }), brokers)
