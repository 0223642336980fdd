import { StateRefused } from '../state/state-codec.ts'
import type { TaskOptions } from './task-options.ts'

type Where = Pick<TaskOptions<unknown>, 'log' | 'group' | 'partition' | 'changelog' | 'topics'>

/**
 * Refuses to start from the oldest record of a partition that the group has already read, because everything would be published
 * again. Each transaction that writes the group's offsets also writes a position to the changelog. If there are offsets and no
 * position, the changelog was therefore deleted. Offsets outside of the input belong to an earlier topic of the same name.
 * @param input start and end of the input's partition
 * @throws StateRefused
 */
export async function refuseLostChangelog(
  { log, group, partition, changelog, topics }: Where,
  input: { readonly start: number; readonly end: number },
): Promise<void> {
  const { committed } = await log.describeGroup(group)
  const own = committed.find(of => of.topic === topics.input && of.partition === partition)
  if (!own || own.offset <= input.start || own.offset > input.end) return
  throw new StateRefused(
    `${changelog}/${partition} has no position, but the group ${group} has read ${topics.input}/${partition} up to offset ` +
      `${own.offset}: the changelog was deleted, its cleanup.policy is not compact, or another client has committed offsets for the ` +
      'group. Nothing was read, because everything would be published again. Restore the changelog, or begin with a new ' +
      'CONSUMER_GROUP and new output topics (npm run reset)',
  )
}
