import { runService } from '@candlewick/service'
import { dashboard } from './service.ts'

await runService(dashboard, process.env)
