import { setTimeout as sleep } from 'node:timers/promises'
import type { ServiceDefinition } from '@candlewick/service'
import { candles } from '../../services/candles/src/service.ts'
import { measure } from '../measure.ts'
import type { Told } from '../scaling.ts'
import { committedRecords, runService } from './run-service.ts'

/**
 * One of several instances of candles in a group, which reports its progress to its parent process. Arguments: brokers,
 * topic, group.
 */
const [brokers = '', topic = '', group = ''] = process.argv.slice(2)
const measuring = measure()
const tell = (told: Told) => process.send?.(told)
let reporting = false
process.on('message', () => {
  reporting = true
})
const service = await runService(candles as ServiceDefinition, brokers, {
  TRADES_TOPIC: topic,
  CANDLES_TOPIC: `${group}-candles`,
  CONSUMER_GROUP: group,
  CANDLE_INTERVALS: '1m',
})
while (!reporting) {
  tell({ records: await committedRecords(service) })
  await sleep(50)
}
tell({ measured: measuring.done(await committedRecords(service)) })
