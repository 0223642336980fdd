import type { Source } from './store.ts'

interface OfStore extends Source {
  readonly store: string
}

/** Events of a feature store's tasks, for logs and metrics. */
export type SinkEvent =
  | (OfStore & { readonly type: 'stored'; readonly rows: number })
  | (OfStore & { readonly type: 'failed'; readonly error: unknown; readonly retryInMs: number })
  /** Retention has deleted the rows of [from, start) before they were stored. */
  | (OfStore & { readonly type: 'truncated'; readonly from: number; readonly start: number })
  /** The store is new, and retention has deleted the rows before the offset. */
  | (OfStore & { readonly type: 'begins'; readonly start: number })
  | (OfStore & {
      readonly type: 'dead_letter'
      readonly offset: number
      readonly reason: string
      readonly detail: string
    })
