import { parentPort, workerData } from 'node:worker_threads'
import { keepCompiled } from './compile-cache.ts'
import type { Request, ThreadData } from './fold-requests.ts'

keepCompiled()
const { answering } = await import('./fold-requests.ts')
const { WATCH } = await import('./settings.ts')
const { settings } = (workerData as ThreadData).options
if (settings.features) {
  const { watchFeatures } = await import('@candlewick/own-features')
  watchFeatures(WATCH)
}
const answer = answering(workerData)
parentPort!.on('message', (request: Request) => parentPort!.postMessage(answer(request)))
