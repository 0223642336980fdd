import { setTimeout as sleep } from 'node:timers/promises'
import type { Admin, Kafka } from 'kafkajs'
import type { GroupDescription } from '../log.ts'
import { asDenied, hasType } from './errors.ts'
import { assignedTo, memberOf } from './group-protocol.ts'

/** Error types of a broker that is about to become the group's coordinator. */
const TAKING_OVER = ['NOT_COORDINATOR_FOR_GROUP', 'GROUP_LOAD_IN_PROGRESS', 'GROUP_COORDINATOR_NOT_AVAILABLE']
const RETRY_MS = 100
/** A new coordinator loads its groups within a second. */
const MOST_TRIES = 10

/** Describes consumer groups with an admin client of kafkajs of its own. Connects at the first use. */
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
      untilLoaded(() => this.#admin.fetchOffsets({ groupId: group })),
    ]).catch(error => {
      throw asDenied(error, 'GROUP_AUTHORIZATION_FAILED', `describe group ${group}`)
    })
    const committed = offsets.flatMap(({ topic, partitions }) =>
      partitions.map(({ partition, offset }) => ({ topic, partition, offset: Number(offset) })),
    )
    const [described] = groups
    const members = (described?.members ?? []).map(({ memberId, memberMetadata, memberAssignment }) => ({
      id: memberId,
      // Members that are joining have no metadata yet, and members of another protocol have metadata in another format.
      data: tolerant(() => memberOf({ memberId, memberMetadata }).data) ?? { own: [], gen: -1, load: {} },
      assigned: tolerant(() => assignedTo(memberAssignment)) ?? {},
    }))
    return { state: described?.state ?? 'Dead', members, committed: committed.filter(({ offset }) => offset >= 0) }
  }

  async close(): Promise<void> {
    if (this.#connected) await this.#admin.disconnect()
  }
}

/** Repeats the request, which kafkajs does not, until the coordinator has loaded the group. */
async function untilLoaded<T>(ask: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++)
    try {
      return await ask()
    } catch (error) {
      if (tries === MOST_TRIES || !hasType(error, ...TAKING_OVER)) throw error
      await sleep(RETRY_MS)
    }
}

function tolerant<T>(decode: () => T): T | undefined {
  try {
    return decode()
  } catch {
    return undefined
  }
}
