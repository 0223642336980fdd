import { parentPort, workerData } from 'node:worker_threads'
import { keepCompiled } from './compile-cache.ts'
import type { Request } from './fold-requests.ts'

keepCompiled()
const { answering } = await import('./fold-requests.ts')
const answer = answering(workerData)
parentPort!.on('message', (request: Request) => parentPort!.postMessage(answer(request)))
