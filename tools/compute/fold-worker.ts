import { parentPort, workerData } from 'node:worker_threads'
import type { Job, WrittenFile } from './dataset-files.ts'
import { type Folded, Folding, type FoldingOptions } from './folding.ts'
import type { TradeColumns } from './trade-columns.ts'

export type Request =
  | { readonly type: 'take'; readonly batch: TradeColumns }
  | { readonly type: 'settle' }
  | { readonly type: 'finish'; readonly watermarkMs: number }
  | { readonly type: 'write'; readonly jobs: readonly Job[] }

export type Reply =
  | { readonly type: 'taken' }
  | { readonly type: 'settled'; readonly lastMs: number }
  | { readonly type: 'finished'; readonly folded: Folded }
  | { readonly type: 'written'; readonly files: readonly WrittenFile[] }

const folding = new Folding(workerData as FoldingOptions)

function answer(request: Request): Reply {
  if (request.type === 'take') {
    folding.take(request.batch)
    return { type: 'taken' }
  }
  if (request.type === 'settle') return { type: 'settled', lastMs: folding.settle() }
  if (request.type === 'finish') return { type: 'finished', folded: folding.finish(request.watermarkMs) }
  return { type: 'written', files: folding.write(request.jobs) }
}

parentPort!.on('message', (request: Request) => parentPort!.postMessage(answer(request)))
