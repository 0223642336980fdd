import type { ServiceDefinition } from '@candlewick/service'
import { tradesIngestor } from '../../services/trades-ingestor/src/service.ts'
import { measure, report } from '../measure.ts'
import { runService } from './run-service.ts'

/** Our trades-ingestor, which writes a recording as fast as it can. Arguments: brokers, file, count. */
const [brokers = '', file = '', count = '0'] = process.argv.slice(2)
const measuring = measure()
const service = await runService(tradesIngestor as ServiceDefinition, brokers, {
  TOPIC_PREFIX: `bench-${process.pid}-${Date.now()}-`,
  EXCHANGE: 'replay',
  REPLAY_FILE: file,
})
await service.done
report(measuring.done(Number(count)))
