import type { GroupDescription, Log } from '@candlewick/streams'
import type { Bounds, LeftOut } from '../bounds.ts'
import type { ActivityLog } from './activity.ts'
import { askInstance, type InstanceHealth } from './instance.ts'
import type { TopicWatch } from './topic-watch.ts'

export interface Member {
  readonly id: string
  /** host:port of the instance's health server, or its member id if it publishes no address. */
  readonly name: string
  readonly url: string | undefined
  /** The partitions of the group's input that it owns. */
  readonly partitions: readonly number[]
  readonly health: InstanceHealth | undefined
}

const INSTANCES_MAX = 64
const HEALTH_EVERY_MS = 2000

/** One consumer group, as described by the broker and by its members. */
export class GroupWatch {
  readonly group: string
  readonly #activity: ActivityLog
  readonly #isExpected: boolean
  readonly #health = new Map<string, InstanceHealth>()
  readonly #lags = new Map<number, number>()
  readonly #leftOut: LeftOut
  #described: GroupDescription | undefined
  #askedMs = 0
  members: readonly Member[] = []
  /** Number of members beyond the limit at the last look. */
  membersLeftOut = 0

  /** @param isExpected whether to show the group before it has had a member */
  constructor(group: string, activity: ActivityLog, bounds: Bounds, isExpected = true) {
    this.group = group
    this.#isExpected = isExpected
    this.#activity = activity
    this.#leftOut = bounds.of(`instances of ${group}`, `only ${INSTANCES_MAX} are shown and asked for their health`)
  }

  get isShown(): boolean {
    return this.#isExpected || this.input !== undefined
  }

  get state(): string {
    return this.#described?.state ?? 'unknown'
  }

  /** The topic whose partitions its members share; undefined until it has had a member. */
  get input(): string | undefined {
    const { members = [], committed = [] } = this.#described ?? {}
    const topics = [...members.flatMap(m => Object.keys(m.assigned)), ...committed.map(c => c.topic)]
    return topics.find(topic => topic !== `${this.group}-handovers`)
  }

  /** @returns how many offsets of the input's partition the group has not committed. */
  lag(partition: number): number {
    return this.#lags.get(partition) ?? 0
  }

  /** The lag of all partitions, whoever owns them. */
  get totalLag(): number {
    return [...this.#lags.values()].reduce((sum, lag) => sum + lag, 0)
  }

  /** Asks the broker for the group's members, and each instance for its health. @throws the broker's error */
  async look(log: Log, nowMs: number, topics: readonly TopicWatch[]): Promise<void> {
    const before = this.members
    const first = this.#described === undefined
    // The ends are read before the group's offsets, because records that arrive in between are not lag.
    const ends = topics.find(({ topic }) => topic === this.input)?.ends()
    this.#described = await log.describeGroup(this.group)
    this.#measure(ends ?? new Map())
    const { members, state } = this.#described
    // During a rebalance the broker does not know yet which member gets which partition.
    if (state.endsWith('Rebalance')) return
    const input = this.input ?? ''
    this.membersLeftOut = Math.max(0, members.length - INSTANCES_MAX)
    for (const { id } of members.slice(INSTANCES_MAX)) this.#leftOut.name(id)
    this.members = members.slice(0, INSTANCES_MAX).map(({ id, data, assigned }) => ({
      id,
      name: hostOf(data.http_url) ?? id,
      url: data.http_url,
      partitions: assigned[input] ?? [],
      health: this.#health.get(data.http_url ?? ''),
    }))
    if (!first) for (const text of changes(before, this.members)) this.#note(nowMs, text)
    if (nowMs - this.#askedMs >= HEALTH_EVERY_MS) {
      this.#askedMs = nowMs
      void this.#askInstances()
    }
  }

  #measure(ends: ReturnType<TopicWatch['ends']>): void {
    const { input } = this
    const committed = this.#described?.committed.filter(c => c.topic === input) ?? []
    this.#lags.clear()
    for (const [partition, { next, newest }] of ends) {
      const position = committed.find(c => c.partition === partition)?.offset ?? 0
      // Only transaction markers follow the newest record, and they need no processing.
      this.#lags.set(partition, position > newest ? 0 : Math.max(0, next - position))
    }
  }

  async #askInstances(): Promise<void> {
    const urls = new Set(this.members.map(({ url }) => url).filter(url => url !== undefined))
    for (const url of this.#health.keys()) if (!urls.has(url)) this.#health.delete(url)
    await Promise.all([...urls].map(async url => this.#health.set(url, await askInstance(url))))
  }

  #note(nowMs: number, { kind, text }: Change): void {
    this.#activity.add(nowMs, kind, `${this.group}: ${text}`)
  }
}

interface Change {
  readonly kind: 'member' | 'rebalance'
  readonly text: string
}

/** @returns a sentence for each member that joined or left and for each partition that has another owner. */
function changes(before: readonly Member[], after: readonly Member[]): Change[] {
  const had = new Set(before.map(m => m.name))
  const has = new Set(after.map(m => m.name))
  const joined = [...has].filter(name => !had.has(name)).map(name => `${name} joined`)
  const left = [...had].filter(name => !has.has(name)).map(name => `${name} left`)
  const old = owners(before)
  const moved = [...owners(after)].filter(([p, name]) => old.has(p) && old.get(p) !== name)
  const added = [...owners(after)].filter(([p]) => old.size > 0 && !old.has(p))
  const texts = [
    ...moved.map(([p, name]) => `partition ${p} moved from ${old.get(p)} to ${name}`),
    ...added.map(([p, name]) => `partition ${p} was assigned to ${name}`),
  ]
  return [
    ...[...joined, ...left].map((text): Change => ({ kind: 'member', text })),
    ...texts.map((text): Change => ({ kind: 'rebalance', text })),
  ]
}

const owners = (members: readonly Member[]): Map<number, string> =>
  new Map(members.flatMap(({ name, partitions }) => partitions.map((p): [number, string] => [p, name])))

function hostOf(url: string | undefined): string | undefined {
  return url !== undefined && URL.canParse(url) ? new URL(url).host : undefined
}
