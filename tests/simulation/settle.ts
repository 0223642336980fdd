import { PACE } from './scheduler.ts'
import { ownTopics, type Stage } from './stage.ts'
import type { World } from './world.ts'

const LOOK_MS = 150
const MOST_MS = 60_000
/** After this time the broker aborts the transactions of dead producers, which hold up readers. */
const TRANSACTION_TIMEOUT_MS = 15_000
/** Several commit intervals, in which outputs that should not exist would appear. */
const AFTER_MS = 400
/**
 * How long keys without markers may take without faults: a task closes no window of such a key by time in its first 10 s, a state may
 * be asked for after 30 s, and the skipped records are then read again.
 */
const WITHOUT_MARKERS_MS = 30_000 / PACE

/**
 * Runs the healed world until everything is written and read and no task awaits a state, and a little longer.
 * @param kind whether keys may be without markers, because their writer writes none or retention deletes them; and whether windows
 *   keep being closed by time, so that it is never quiet: then everything up to the present has to be read
 * @returns a sentence if that does not happen within a minute
 */
export async function settle(
  world: World,
  atLeastMs: number,
  { mayLackMarkers, isNeverQuiet }: { readonly mayLackMarkers: boolean; readonly isNeverQuiet: boolean },
): Promise<string[]> {
  const { scheduler } = world
  await scheduler.run(atLeastMs)
  const deadline = scheduler.now + MOST_MS
  world.later(TRANSACTION_TIMEOUT_MS, () => {
    while (world.cluster.timeOutTransaction(([open]) => open!)) world.tell('a transaction times out')
  })
  const isOver = () => scheduler.now > deadline
  const goOn = () => scheduler.run(scheduler.now + LOOK_MS)
  while (!world.written && !isOver()) await goOn()
  // One stage after the other, because the second has to read everything that the first has written.
  for (const _ of world.stages) {
    let ends = endsOf(world)
    while (!isAtRest(world, ends)) {
      if (isOver()) return ['it does not come to rest']
      await goOn()
      if (!isNeverQuiet) ends = endsOf(world)
    }
    await scheduler.run(scheduler.now + AFTER_MS)
  }
  if (mayLackMarkers) await scheduler.run(scheduler.now + WITHOUT_MARKERS_MS)
  if (isNeverQuiet) await stopAll(world)
  return []
}

/** Lets every instance commit its last transaction, because a reader sees nothing behind one that is open. */
async function stopAll(world: World): Promise<void> {
  const stopped = Promise.all(world.instances.map(instance => world.stopInstance(instance)))
  let isOver = false
  void stopped.then(() => {
    isOver = true
  })
  const deadline = world.scheduler.now + MOST_MS
  while (!isOver && world.scheduler.now < deadline) await world.scheduler.run(world.scheduler.now + LOOK_MS)
}

type Ends = ReadonlyMap<string, number>

/** @returns where the inputs of all stages end, by topic and partition */
const endsOf = ({ cluster, stages }: World): Ends =>
  new Map(
    stages
      .flatMap(stage => [stage.input, ownTopics(stage).handovers])
      .flatMap(topic => cluster.partitions(topic).map(({ end }, p): [string, number] => [`${topic}/${p}`, end])),
  )

const isAtRest = (world: World, ends: Ends): boolean =>
  world.written &&
  world.instances.every(i => !i.owner.stopped && i.isAtRest()) &&
  world.stages.every(stage => isRead(world, stage, ends))

/** @returns whether the group's offsets have reached the ends of the stage's inputs. An empty partition needs no offset. */
const isRead = ({ cluster }: World, stage: Stage, ends: Ends): boolean =>
  [stage.input, ownTopics(stage).handovers].every(topic =>
    cluster
      .partitions(topic)
      .every(
        ({ start }, p) =>
          (cluster.committed.get(`${stage.name}/${topic}/${p}`) ?? start) >= (ends.get(`${topic}/${p}`) ?? 0),
      ),
  )
