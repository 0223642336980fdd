import { setTimeout as sleep } from 'node:timers/promises'
import type { ServiceDefinition } from '@candlewick/service'
import { candles } from '../../services/candles/src/service.ts'
import { measure, report } from '../measure.ts'
import { committedRecords, readRecords, runService } from './run-service.ts'

/**
 * One instance of our candles service with every feature turned on. Arguments: brokers, topic, count, intervals, output
 * topic.
 */
const [brokers = '', topic = '', count = '0', intervals = '1m', output] = process.argv.slice(2)
const measuring = measure()
const service = await runService(candles as ServiceDefinition, brokers, {
  TRADES_TOPIC: topic,
  CANDLES_TOPIC: output ?? `bench-candles-${process.pid}-${Date.now()}`,
  CANDLE_INTERVALS: intervals,
})
let read = 0
for (; read < Number(count) / 2; read = await readRecords(service)) await sleep(100)
// Only a few trades are processed between the middle of the input and the moment when this loop notices it.
if (read < 0.75 * Number(count)) measuring.warm(read)
while ((await committedRecords(service)) < Number(count)) await sleep(50)
report(measuring.done(Number(count)))
