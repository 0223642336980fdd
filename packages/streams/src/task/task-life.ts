/**
 * The states of a task:
 *
 *     idle ──▶ restoring ──▶ catching up ──▶ running
 *               ▲  │             │             │
 *               │  └─────────────┴─────────────┴── an error ──▶ failed, fenced or refused
 *               └──────────────── failed, fenced: after a wait ──┘
 *
 *     any state ── stop() ──▶ stopping ──▶ closed        any state ── close() ──▶ closed
 *
 * - *restoring*: older owners are fenced and the changelog is read.
 * - *catching up*: states that need warm-up get it, and skipped records whose states had come are read again.
 * - *running*: the task is ready; it processes and commits.
 * - *failed*: after any error, until the next attempt. *fenced*: until the group confirms that the partition is ours.
 *   *refused*: the states or inputs cannot be continued, e.g. because a newer service wrote them; the task can only end.
 * - *stopping*: asked to end, it commits what it has processed. *closed*: it writes nothing any more.
 */
export type TaskState =
  | 'idle'
  | 'restoring'
  | 'catching up'
  | 'running'
  | 'failed'
  | 'fenced'
  | 'refused'
  | 'stopping'
  | 'closed'

const ERRORS = ['failed', 'fenced', 'refused'] as const
const NEXT: Readonly<Record<TaskState, readonly TaskState[]>> = {
  idle: ['restoring'],
  restoring: ['catching up', ...ERRORS],
  'catching up': ['running', ...ERRORS],
  running: ERRORS,
  failed: ['restoring'],
  fenced: ['restoring'],
  refused: [],
  stopping: [],
  closed: [],
}

/** The state of a task. After each wait, code of the task asks it whether to continue. */
export class TaskLife {
  #state: TaskState = 'idle'
  readonly #ending = Promise.withResolvers<void>()
  /** Called when the task is asked to end. */
  onEnding: () => void = () => {}
  /** Resolves when the task is asked to end, so that it stops waiting for anything else. */
  readonly ending: Promise<void> = this.#ending.promise

  get state(): TaskState {
    return this.#state
  }

  get isEnding(): boolean {
    return this.#state === 'stopping' || this.#state === 'closed'
  }

  /** Goes on to a state, unless the task was asked to end. @returns whether it did. @throws Error for a step that is not in the picture */
  enter(next: Exclude<TaskState, 'stopping' | 'closed'>): boolean {
    if (this.isEnding) return false
    if (!NEXT[this.#state].includes(next)) throw new Error(`A task that is ${this.#state} cannot be ${next} next`)
    this.#state = next
    return true
  }

  /** Asks the task to commit what it has processed and to end. */
  stop(): void {
    if (this.#state !== 'closed') this.#end('stopping')
  }

  /** Ends the task at once. */
  close(): void {
    this.#end('closed')
  }

  #end(state: 'stopping' | 'closed'): void {
    this.#state = state
    this.#ending.resolve()
    this.onEnding()
  }
}
