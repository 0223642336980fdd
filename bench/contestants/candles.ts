import { setTimeout as sleep } from 'node:timers/promises'
import { createLogger, startService } from '@candlewick/service'
import { kafkaLog } from '@candlewick/streams'
import { candles } from '../../services/candles/src/service.ts'
import { measure, report } from '../measure.ts'

/** One instance of our candles service, everything on. Arguments: brokers, topic, count, intervals. */
const [brokers = '', topic = '', count = '0', intervals = '1m'] = process.argv.slice(2)
const id = `bench-${process.pid}-${Date.now()}`
const env = {
  KAFKA_BROKERS: brokers,
  TRADES_TOPIC: topic,
  CANDLES_TOPIC: `${id}-candles`,
  CONSUMER_GROUP: id,
  CANDLE_INTERVALS: intervals,
  LOG_LEVEL: 'warn',
}
const logger = createLogger('bench', 'warn')
const log = kafkaLog({ brokers: brokers.split(','), clientId: 'bench' })
const done = measure()
const service = await startService(candles, { env, log, logger })
const records = async () => {
  const metric = await service.metrics.getSingleMetric('candlewick_records_total')?.get()
  return metric?.values[0]?.value ?? 0
}
while ((await records()) < Number(count)) await sleep(50)
report(done(await records()))
