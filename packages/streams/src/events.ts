/** What a stream tells of itself, for logs and metrics; nothing depends on it. */
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
      /** Of each output that was due at a time: how long after it this is. */
      readonly delaysMs: readonly number[]
    }
  | { readonly type: 'counted'; readonly name: string; readonly by: number }

/** A task's state as it is now, for gauges. */
export interface TaskStatus {
  readonly partition: number
  readonly ready: boolean
  readonly keys: number
  readonly awaiting: number
  /** How long the state that is awaited longest has been awaited here. */
  readonly awaitingMs: number
  /** Keys whose next output was due by the clock some time ago. */
  readonly overdue: number
  /** Records between the task's position and the end of its input, as far as is known. */
  readonly lag: number
  readonly position: number
}
