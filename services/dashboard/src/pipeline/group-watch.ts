import type { GroupDescription, Log } from '@candlewick/streams'
import type { ActivityLog } from './activity.ts'
import { askInstance, type InstanceHealth } from './instance.ts'
import type { TopicWatch } from './topic-watch.ts'

export interface Member {
  readonly id: string
  /** host:port of its health and metrics, or its id where it publishes none. */
  readonly name: string
  readonly url: string | undefined
  /** Of the group's input. */
  readonly partitions: readonly number[]
  readonly health: InstanceHealth | undefined
}

const INSTANCES_MAX = 64
const HEALTH_EVERY_MS = 2000

/** One consumer group as the broker describes it, and its members as they describe themselves. */
export class GroupWatch {
  readonly group: string
  readonly #activity: ActivityLog
  readonly #health = new Map<string, InstanceHealth>()
  readonly #lags = new Map<number, number>()
  #described: GroupDescription | undefined
  #askedMs = 0
  members: readonly Member[] = []

  constructor(group: string, activity: ActivityLog) {
    this.group = group
    this.#activity = activity
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

  /** @throws what the broker answers when it cannot say */
  async look(log: Log, nowMs: number, topics: readonly TopicWatch[]): Promise<void> {
    const before = this.members
    const first = this.#described === undefined
    // Taken before the group is asked: what comes meanwhile is no lag.
    const ends = topics.find(({ topic }) => topic === this.input)?.ends()
    this.#described = await log.describeGroup(this.group)
    this.#measure(ends ?? new Map())
    const { members, state } = this.#described
    // Until a rebalance is over the broker does not know who gets what.
    if (state.endsWith('Rebalance')) return
    const input = this.input ?? ''
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
      // After the newest record only ends of transactions follow, which are no work.
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

/** @returns who has come and gone, and which partitions have another owner, a sentence each. */
function changes(before: readonly Member[], after: readonly Member[]): Change[] {
  const had = new Set(before.map(m => m.name))
  const has = new Set(after.map(m => m.name))
  const come = [...has].filter(name => !had.has(name)).map(name => `${name} joins`)
  const gone = [...had].filter(name => !has.has(name)).map(name => `${name} is gone`)
  const old = owners(before)
  const moved = [...owners(after)].filter(([p, name]) => old.has(p) && old.get(p) !== name)
  const added = [...owners(after)].filter(([p]) => old.size > 0 && !old.has(p))
  const texts = [
    ...moved.map(([p, name]) => `partition ${p} goes from ${old.get(p)} to ${name}`),
    ...added.map(([p, name]) => `partition ${p} goes to ${name}`),
  ]
  return [
    ...[...come, ...gone].map((text): Change => ({ kind: 'member', text })),
    ...texts.map((text): Change => ({ kind: 'rebalance', text })),
  ]
}

const owners = (members: readonly Member[]): Map<number, string> =>
  new Map(members.flatMap(({ name, partitions }) => partitions.map((p): [number, string] => [p, name])))

function hostOf(url: string | undefined): string | undefined {
  return url !== undefined && URL.canParse(url) ? new URL(url).host : undefined
}
