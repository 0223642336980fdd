import { runService } from '@candlewick/service'
import { technicalIndicators } from './service.ts'

await runService(technicalIndicators, process.env)
