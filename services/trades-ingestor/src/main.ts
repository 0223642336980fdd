import { runService } from '@candlewick/service'
import { tradesIngestor } from './service.ts'

await runService(tradesIngestor, process.env)
