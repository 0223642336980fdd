import { ownTopics, type Stage } from './stage.ts'
import type { World } from './world.ts'

const LOOK_MS = 150
const MOST_MS = 60_000
/** After this time the broker ends what a dead producer has left open: it holds up those who read to the end. */
const TRANSACTION_TIMEOUT_MS = 15_000
/** Some commit intervals, for what should not come any more. */
const AFTER_MS = 400

/**
 * Lets peace go on until everything is written and read and nobody awaits a state, and then some, for what should not be.
 * @returns a sentence if that takes for ever
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

/** By the group's own offsets; where there is nothing to read, none is needed. */
const isRead = ({ cluster }: World, stage: Stage): boolean =>
  [stage.input, ownTopics(stage).handovers].every(topic =>
    cluster
      .partitions(topic)
      .every(({ start, end }, p) => (cluster.committed.get(`${stage.name}/${topic}/${p}`) ?? start) === end),
  )
