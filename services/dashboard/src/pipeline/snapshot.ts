import type { GroupWatch } from './group-watch.ts'
import type { Pipeline } from './pipeline.ts'
import { stateOf } from './state.ts'

const ACTIVITY_SHOWN = 60
const DEAD_LETTERS_SHOWN = 20

/** The pipeline as it is now, as plain JSON. */
export function snapshot(pipeline: Pipeline, nowMs: number) {
  const { topics, watches, groups, writers, deadLetters, activity, latency, brokerError, startedMs } = pipeline
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
    dead_letters: { reasons: deadLetters.reasons, last: deadLetters.last(DEAD_LETTERS_SHOWN) },
    activity: activity.last.slice(-ACTIVITY_SHOWN).reverse(),
  }
}

function groupState(watched: GroupWatch, { watches }: Pipeline) {
  const { group, state, input, members } = watched
  const watch = watches.find(({ topic }) => topic === input)
  const pairs = [...(watch?.partitionOf ?? [])]
  const partition = (p: number, health: (typeof members)[number]['health']) => {
    const task = health?.tasks.find(t => t.partition === p)
    return {
      partition: p,
      lag: watched.lag(p),
      /** Null where the instance does not say. */
      ready: task?.ready ?? null,
      pairs: pairs.filter(([, at]) => at === p).map(([pair]) => pair),
    }
  }
  const instances = members.map(({ id, name, url, partitions, health }) => {
    const { tasks: _, ...said } = health ?? { reason: null }
    return { id, name, url: url ?? null, ...said, partitions: partitions.map(p => partition(p, health)) }
  })
  const lag = instances.flatMap(i => i.partitions).reduce((sum, p) => sum + p.lag, 0)
  return { group, state, input: input ?? null, lag, instances }
}
