import type { Clock } from '@candlewick/clock'
import type { GroupOffsets, JoinOptions, Log, MemberData, Membership } from '@candlewick/kafka/log'
import { assignWithin, type GroupKind, refusalAfterJoin, refuseOtherKind } from './group-kind.ts'

/** Time without a response after which the group counts as unreachable. */
const SILENT_MS = 10_000

export interface GroupShareOptions {
  readonly log: Log
  readonly clock: Clock
  readonly group: string
  readonly kind: GroupKind
  readonly httpUrl?: string | undefined
}

type JoinHandlers = Pick<JoinOptions, 'topics' | 'companions'> & {
  /** @returns data that this member announces besides its kind and its address; called at each join. */
  readonly data: () => Omit<MemberData, 'gen' | 'http_url' | keyof GroupKind>
  /** Called with each assignment until {@link GroupShare.stop}. */
  readonly onAssigned: (partitions: readonly number[]) => void
  readonly onHeartbeat?: () => void
}

/** This instance's share of the partitions that the members of a consumer group have between them. */
export class GroupShare {
  readonly #o: GroupShareOptions
  #membership: Membership | undefined
  #generation = -1
  #assignments = 0
  /** When the group last answered, monotonic ms. */
  #answeredAt = 0
  #stopped = false
  readonly #done = Promise.withResolvers<void>()
  /** Resolves after {@link leave}. @throws GroupTaken if the group belongs to another service; the error of {@link fail} */
  readonly done = this.#done.promise

  constructor(options: GroupShareOptions) {
    this.#o = options
    this.done.catch(() => {})
  }

  /** Joins the group. @throws GroupTaken */
  async join({ topics, companions, data, onAssigned, onHeartbeat }: JoinHandlers): Promise<void> {
    const { log, group, kind, httpUrl: http_url, clock } = this.#o
    await refuseOtherKind(log, group, kind)
    this.#membership = await log.join({
      group,
      topics,
      companions,
      data: () => ({ ...data(), gen: this.#generation, http_url, ...kind }),
      onAssigned: partitions => {
        if (this.#stopped) return
        this.#assignments++
        if (partitions.length === 0) void this.#endIfTaken()
        this.#answeredAt = clock.now()
        onAssigned(partitions)
      },
      onHeartbeat: generation => {
        this.#generation = generation
        this.#answeredAt = clock.now()
        onHeartbeat?.()
      },
      assign: assignWithin(kind),
    })
  }

  get stopped(): boolean {
    return this.#stopped
  }

  /** Makes the share ignore further assignments, so that tasks which have ended do not start again. */
  stop(): void {
    this.#stopped = true
  }

  /** Leaves the group, so that other members take over at once. */
  async leave(): Promise<void> {
    this.stop()
    await this.#membership?.leave()
    this.#done.resolve()
  }

  /** Ends {@link done} with the error. */
  fail(error: Error): void {
    this.#done.reject(error)
  }

  /** Commits the group's offsets, which only show its lag. @throws the broker's error, e.g. during a rebalance */
  async commit(positions: GroupOffsets['positions']): Promise<void> {
    await this.#membership?.commit(positions)
  }

  /** @returns why there is no share at the moment; undefined if there is one. */
  problem(): string | undefined {
    if (this.#assignments === 0) return 'not yet assigned to its group'
    const silentMs = this.#o.clock.now() - this.#answeredAt
    return silentMs > SILENT_MS ? `no broker has answered for ${Math.round(silentMs / 1000)} seconds` : undefined
  }

  async #endIfTaken(): Promise<void> {
    const { log, clock, group, kind } = this.#o
    const assignment = this.#assignments
    const isCurrent = () => !this.#stopped && assignment === this.#assignments
    const refusal = await refusalAfterJoin(log, clock, group, kind, isCurrent)
    if (refusal) this.fail(refusal)
  }
}
