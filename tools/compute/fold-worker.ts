import { parentPort, workerData } from 'node:worker_threads'
import type { Job, WrittenFile } from './dataset-files.ts'
import { type Folded, Folding, type FoldingOptions } from './folding.ts'
import { Disorder } from './pair-fold.ts'
import type { TradeColumns } from './trade-columns.ts'

export type Request =
  | { readonly type: 'take'; readonly batch: TradeColumns }
  | { readonly type: 'last' }
  | { readonly type: 'finish'; readonly watermarkMs: number }
  | { readonly type: 'write'; readonly jobs: readonly Job[] }

export type Reply =
  | { readonly type: 'taken' }
  | { readonly type: 'last'; readonly lastMs: number }
  | { readonly type: 'disorder'; readonly message: string }
  | { readonly type: 'finished'; readonly folded: Folded }
  | { readonly type: 'written'; readonly files: readonly WrittenFile[] }

const folding = new Folding(workerData as FoldingOptions)

function answer(request: Request): Reply {
  if (request.type === 'take') {
    try {
      folding.take(request.batch)
      return { type: 'taken' }
    } catch (error) {
      if (error instanceof Disorder) return { type: 'disorder', message: error.message }
      throw error
    }
  }
  if (request.type === 'last') return { type: 'last', lastMs: folding.lastMs }
  if (request.type === 'finish') return { type: 'finished', folded: folding.finish(request.watermarkMs) }
  return { type: 'written', files: folding.write(request.jobs) }
}

parentPort!.on('message', (request: Request) => parentPort!.postMessage(answer(request)))
