/** Events of a stream, for logs and metrics. */
export type StreamEvent =
  | { readonly type: 'assigned'; readonly partitions: readonly number[] }
  | {
      readonly type: 'restored'
      readonly partition: number
      readonly keys: number
      readonly records: number
      readonly ms: number
    }
  | {
      readonly type: 'warmed'
      readonly partition: number
      readonly keys: number
      readonly records: number
      readonly ms: number
    }
  | { readonly type: 'revoked'; readonly partition: number }
  | { readonly type: 'fenced'; readonly partition: number }
  | { readonly type: 'failed'; readonly partition: number; readonly error: unknown; readonly retryInMs: number }
  | {
      readonly type: 'truncated'
      readonly partition: number
      readonly topic: string
      readonly from: number
      readonly start: number
    }
  | {
      readonly type: 'committed'
      readonly partition: number
      readonly records: number
      readonly outputs: number
      readonly ms: number
      /** For each output, the time from when it was due until it was committed, ms. */
      readonly delaysMs: readonly number[]
    }
  | { readonly type: 'counted'; readonly name: string; readonly by: number }

/** The present state of a task, for gauges. */
export interface TaskStatus {
  readonly partition: number
  readonly ready: boolean
  readonly keys: number
  readonly awaiting: number
  /** The longest time that this task has been waiting for a state, ms. */
  readonly awaitingMs: number
  /** Keys whose next output has been due for more than 10 s. */
  readonly overdue: number
  /** Records between the task's position and the end of its input, as far as is known. */
  readonly lag: number
  readonly position: number
}
