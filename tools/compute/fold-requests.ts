import type { Job, WrittenFile } from './dataset-files.ts'
import { type Folded, Folding, type FoldingOptions } from './folding.ts'
import { Disorder } from './pair-fold.ts'
import type { Columns, TradeColumns } from './trade-columns.ts'

/** The rows of a batch are in the slot; `newNames` continues the names that were sent before. */
interface TakeRequest extends Pick<TradeColumns, 'file' | 'length' | 'skipped' | 'lost' | 'lostBefore'> {
  readonly type: 'take'
  readonly slot: number
  readonly newNames: readonly string[]
}

export type Request =
  | TakeRequest
  | { readonly type: 'last' }
  | { readonly type: 'finish'; readonly watermarkMs: number }
  | { readonly type: 'write'; readonly jobs: readonly Job[] }

export type Reply =
  | { readonly type: 'taken' }
  | { readonly type: 'last'; readonly lastMs: number }
  | { readonly type: 'disorder'; readonly message: string }
  | { readonly type: 'finished'; readonly folded: Folded }
  | { readonly type: 'written'; readonly files: readonly WrittenFile[] }

/** Data that a thread receives at its start. */
export interface ThreadData {
  readonly options: FoldingOptions
  readonly slots: readonly Columns[]
}

/** @returns the answer of a thread with a {@link Folding}. */
export function answering({ options, slots }: ThreadData): (request: Request) => Reply {
  const folding = new Folding(options)
  const names: string[] = []
  return request => {
    if (request.type === 'take') {
      const { slot, file, length, skipped, lost, lostBefore, newNames } = request
      names.push(...newNames)
      return take(folding, { ...slots[slot]!, file, length, skipped, lost, lostBefore, pairIndex: { names } })
    }
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
