import type { GroupWatch, Member } from './group-watch.ts'
import type { Pipeline } from './pipeline.ts'
import { stateOf } from './state.ts'

const ACTIVITY_SHOWN = 60
const DEAD_LETTERS_SHOWN = 20

/** The present state of the pipeline as plain JSON. It also counts what limits leave out. */
export function snapshot(pipeline: Pipeline, nowMs: number) {
  const { topics, watches, groups, writers, latency, brokerError, startedMs, bounds } = pipeline
  const tradesMs = topics.trades.newestMs
  const candlesMs = Math.max(topics.candles.newestMs, topics.live.newestMs)
  const loaded = topics.candles.loaded && topics.rows.loaded
  return {
    now_ms: nowMs,
    state: stateOf({ brokerError, loaded, tradesMs, candlesMs, startedMs, histories: writers.histories(nowMs) }, nowMs),
    latency: { candles: latency.candles.percentiles(nowMs), rows: latency.rows.percentiles(nowMs) },
    topics: watches.map(watch => watch.state(nowMs)).filter(({ partitions }) => partitions.length > 0),
    groups: groups.map(group => groupState(group, pipeline)),
    writers: writers.list(),
    dead_letters: deadLetterState(pipeline),
    ...activityState(pipeline),
    left_out: bounds.state(),
  }
}

function deadLetterState({ deadLetters, topics }: Pipeline) {
  const last = deadLetters.last(DEAD_LETTERS_SHOWN)
  return {
    reasons: deadLetters.reasons,
    last,
    /** Number of records that were read but are not in `last`. */
    older: deadLetters.count - last.length,
    /** Number of records before the part of the topic that was read. */
    not_read: topics.deadLetters.skipped,
  }
}

function activityState({ activity }: Pipeline) {
  const shown = activity.last.slice(-ACTIVITY_SHOWN).reverse()
  return { activity: shown, activity_older: activity.last.length - shown.length + activity.dropped }
}

function groupState(watched: GroupWatch, { watches }: Pipeline) {
  const { group, state, input, members, totalLag, membersLeftOut } = watched
  const watch = watches.find(({ topic }) => topic === input)
  const pairsAt = Map.groupBy(watch?.partitionOf ?? [], ([, partition]) => partition)
  const partition = (p: number, health: Member['health']) => {
    const task = health?.tasks.find(t => t.partition === p)
    return {
      partition: p,
      lag: watched.lag(p),
      /** Null if the instance does not publish it. */
      ready: task?.ready ?? null,
      pairs: (pairsAt.get(p) ?? []).map(([pair]) => pair),
    }
  }
  const instances = members.map(({ id, name, url, partitions, health }) => {
    const { tasks: _, ...said } = health ?? { reason: null }
    return { id, name, url: url ?? null, ...said, partitions: partitions.map(p => partition(p, health)) }
  })
  return {
    group,
    state,
    input: input ?? null,
    lag: totalLag,
    instances,
    instances_left_out: membersLeftOut,
    pairs_left_out: watch?.keysLeftOut.count ?? 0,
  }
}
