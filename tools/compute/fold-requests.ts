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

/** @returns what a thread with a {@link Folding} answers. */
export function answering(options: FoldingOptions): (request: Request) => Reply {
  const folding = new Folding(options)
  return request => {
    if (request.type === 'take') return take(folding, request.batch)
    if (request.type === 'last') return { type: 'last', lastMs: folding.lastMs }
    if (request.type === 'finish') return { type: 'finished', folded: folding.finish(request.watermarkMs) }
    return { type: 'written', files: folding.write(request.jobs) }
  }
}

function take(folding: Folding, batch: TradeColumns): Reply {
  try {
    folding.take(batch)
    return { type: 'taken' }
  } catch (error) {
    if (error instanceof Disorder) return { type: 'disorder', message: error.message }
    throw error
  }
}
