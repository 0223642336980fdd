import { runService } from '@candlewick/service'
import { candles } from './service.ts'

await runService(candles, process.env)
