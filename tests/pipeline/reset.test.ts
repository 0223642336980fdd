import { kafkaLog } from '@candlewick/streams'
import { inject } from 'vitest'
import { resetSuite } from '../../tools/reset/suite.ts'

const brokers = inject('brokers')
resetSuite(() => kafkaLog({ brokers: brokers.split(','), clientId: 'reset-test' }), brokers)
