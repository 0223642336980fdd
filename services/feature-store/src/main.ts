import { runService } from '@candlewick/service'
import { featureStore } from './service.ts'

await runService(featureStore, process.env)
