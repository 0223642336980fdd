import type { Clock } from '@candlewick/clock'
import type { JoinOptions, Log, Member, MemberData } from '@candlewick/kafka/log'
import { assignPartitions, claims } from './assignor.ts'

/** The service and the input topic that the members of a group have in common. */
export interface GroupKind {
  readonly service: string
  readonly topic: string
}

const RETRY_MS = 1000

/** The group belongs to members of another kind, so that this service needs a group of its own. */
export class GroupTaken extends Error {
  override name = 'GroupTaken'
  readonly group: string
  readonly by: GroupKind

  constructor(group: string, by: GroupKind) {
    super(`The consumer group ${group} is used by ${by.service} on ${by.topic}; give each service its own`)
    this.group = group
    this.by = by
  }
}

const isSame = (a: GroupKind, b: GroupKind): boolean => a.service === b.service && a.topic === b.topic

/** @returns the kind that the member announces; undefined for members of versions before 0.2, which announce none. */
const kindOf = ({ service, topic }: MemberData): GroupKind | undefined =>
  service === undefined || topic === undefined ? undefined : { service, topic }

const isOther = ({ data }: Pick<Member, 'data'>, kind: GroupKind): boolean => {
  const own = kindOf(data)
  return own !== undefined && !isSame(own, kind)
}

/**
 * Decides which kind a group belongs to: the kind with the most tasks, because services that already run must continue. If
 * several kinds have equally many, it is the first by name. Every member comes to the same decision.
 * @returns undefined if no member announces its kind
 */
export function prevailingKind(members: readonly Pick<Member, 'data'>[]): GroupKind | undefined {
  const kinds = new Map<string, { readonly kind: GroupKind; tasks: number }>()
  for (const { data } of members) {
    const kind = kindOf(data)
    if (!kind) continue
    const name = JSON.stringify([kind.service, kind.topic])
    const known = kinds.get(name) ?? { kind, tasks: 0 }
    known.tasks += data.own.length + (data.held?.length ?? 0)
    kinds.set(name, known)
  }
  const [first] = [...kinds].sort(([a, { tasks: x }], [b, { tasks: y }]) => y - x || (a < b ? -1 : 1))
  return first?.[1].kind
}

/**
 * @returns an assignor for a leader of the kind. Members of a kind that does not prevail get no partitions. If the leader's own
 *   kind does not prevail, the other members keep their partitions: the leader soon leaves, and the next one knows their topics.
 */
export const assignWithin =
  (kind: GroupKind): JoinOptions['assign'] =>
  (count, members) => {
    const prevailing = prevailingKind(members) ?? kind
    const served = members.filter(member => !isOther(member, prevailing))
    const plan = isSame(prevailing, kind) ? assignPartitions(count, served) : kept(served)
    return new Map(members.map(({ id }) => [id, plan.get(id) ?? []]))
  }

function kept(members: readonly Member[]): ReadonlyMap<string, readonly number[]> {
  const owners = [...claims(Number.POSITIVE_INFINITY, members)]
  return new Map(members.map(({ id }) => [id, owners.filter(([, owner]) => owner === id).map(([p]) => p)]))
}

/** @throws GroupTaken if the group belongs to members of another kind */
export async function refuseOtherKind(log: Log, group: string, kind: GroupKind): Promise<void> {
  const prevailing = prevailingKind((await log.describeGroup(group)).members)
  if (prevailing && !isSame(prevailing, kind)) throw new GroupTaken(group, prevailing)
}

/**
 * Call it for a member that was assigned no partitions: its group may belong to another kind whose members joined at the same
 * time. It asks until the broker answers.
 * @param isCurrent whether that is still the newest assignment
 * @returns the refusal, if there is one
 */
export async function refusalAfterJoin(
  log: Log,
  clock: Clock,
  group: string,
  kind: GroupKind,
  isCurrent: () => boolean,
): Promise<GroupTaken | undefined> {
  while (isCurrent()) {
    try {
      await refuseOtherKind(log, group, kind)
      return undefined
    } catch (error) {
      if (error instanceof GroupTaken) return error
    }
    await clock.sleep(RETRY_MS)
  }
  return undefined
}
