import type { Admin, Kafka } from 'kafkajs'
import type { GroupDescription } from '../log.ts'
import { asDenied } from './errors.ts'
import { assignedTo, memberOf } from './membership.ts'

/** Groups by an admin client of their own, connected at the first use. */
export class KafkaGroups {
  readonly #admin: Admin
  #connected: Promise<void> | undefined

  constructor(kafka: Kafka) {
    this.#admin = kafka.admin()
  }

  async describe(group: string): Promise<GroupDescription> {
    this.#connected ??= this.#admin.connect().catch(error => {
      this.#connected = undefined
      throw error
    })
    await this.#connected
    const [{ groups }, offsets] = await Promise.all([
      this.#admin.describeGroups([group]),
      this.#admin.fetchOffsets({ groupId: group }),
    ]).catch(error => {
      throw asDenied(error, 'GROUP_AUTHORIZATION_FAILED', `describe group ${group}`)
    })
    const committed = offsets.flatMap(({ topic, partitions }) =>
      partitions.map(({ partition, offset }) => ({ topic, partition, offset: Number(offset) })),
    )
    const [described] = groups
    const members = (described?.members ?? []).map(({ memberId, memberMetadata, memberAssignment }) => ({
      id: memberId,
      // Members that are joining have no metadata yet, and those of another protocol have their own.
      data: tolerant(() => memberOf({ memberId, memberMetadata }).data) ?? { own: [], gen: -1, load: {} },
      assigned: tolerant(() => assignedTo(memberAssignment)) ?? {},
    }))
    return { state: described?.state ?? 'Dead', members, committed: committed.filter(({ offset }) => offset >= 0) }
  }

  async close(): Promise<void> {
    if (this.#connected) await this.#admin.disconnect()
  }
}

function tolerant<T>(decode: () => T): T | undefined {
  try {
    return decode()
  } catch {
    return undefined
  }
}
