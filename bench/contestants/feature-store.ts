import { setTimeout as sleep } from 'node:timers/promises'
import type { ServiceDefinition } from '@candlewick/service'
import { featureStore } from '../../services/feature-store/src/service.ts'
import { measure, report } from '../measure.ts'
import { runService, sumOf } from './run-service.ts'

/** One instance of our feature-store with one store. Arguments: brokers, topic, count, variable and value of the store. */
const [brokers = '', topic = '', count = '0', variable = '', value = ''] = process.argv.slice(2)
const measuring = measure()
const service = await runService(featureStore as ServiceDefinition, brokers, {
  TECHNICAL_INDICATORS_TOPIC: topic,
  STORE_PARQUET_FILE_MINUTES: '1',
  [variable]: value,
})
while ((await sumOf(service, 'candlewick_store_rows_total')) < Number(count)) await sleep(50)
report(measuring.done(Number(count)))
