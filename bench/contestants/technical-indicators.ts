import { setTimeout as sleep } from 'node:timers/promises'
import type { ServiceDefinition } from '@candlewick/service'
import { technicalIndicators } from '../../services/technical-indicators/src/service.ts'
import { measure, report } from '../measure.ts'
import { committedRecords, runService } from './run-service.ts'

/** One instance of our technical-indicators service with its default indicators. Arguments: brokers, topic, count. */
const [brokers = '', topic = '', count = '0'] = process.argv.slice(2)
const measuring = measure()
const service = await runService(technicalIndicators as ServiceDefinition, brokers, {
  CANDLES_TOPIC: topic,
  TECHNICAL_INDICATORS_TOPIC: `bench-indicators-${process.pid}-${Date.now()}`,
})
while ((await committedRecords(service)) < Number(count)) await sleep(50)
report(measuring.done(Number(count)))
