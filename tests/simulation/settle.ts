import { ownTopics, type Stage } from './stage.ts'
import type { World } from './world.ts'

const LOOK_MS = 150
const MOST_MS = 60_000
/** After this time the broker aborts the transactions of dead producers, which hold up readers. */
const TRANSACTION_TIMEOUT_MS = 15_000
/** Several commit intervals, in which outputs that should not exist would appear. */
const AFTER_MS = 400

/**
 * Runs the healed world until everything is written and read and no task awaits a state, and a little longer.
 * @returns a sentence if that does not happen within a minute
 */
export async function settle(world: World, atLeastMs: number): Promise<string[]> {
  const { scheduler } = world
  await scheduler.run(atLeastMs)
  const deadline = scheduler.now + MOST_MS
  world.later(TRANSACTION_TIMEOUT_MS, () => {
    while (world.cluster.timeOutTransaction(([open]) => open!)) world.tell('a transaction times out')
  })
  while (!isAtRest(world)) {
    if (scheduler.now > deadline) return ['it does not come to rest']
    await scheduler.run(scheduler.now + LOOK_MS)
  }
  await scheduler.run(scheduler.now + AFTER_MS)
  return []
}

const isAtRest = (world: World): boolean =>
  world.written &&
  !world.instances.some(i => i.owner.stopped || i.awaiting() > 0) &&
  world.stages.every(stage => isRead(world, stage))

/** @returns whether the group's offsets are at the end of the stage's inputs. Where there is nothing to read it needs none. */
const isRead = ({ cluster }: World, stage: Stage): boolean =>
  [stage.input, ownTopics(stage).handovers].every(topic =>
    cluster
      .partitions(topic)
      .every(({ start, end }, p) => (cluster.committed.get(`${stage.name}/${topic}/${p}`) ?? start) === end),
  )
