import { setTimeout as sleep } from 'node:timers/promises'
import type { Admin, Kafka } from 'kafkajs'
import type { GroupDescription } from '../log.ts'
import { asDenied, hasType } from './errors.ts'
import { assignedTo, memberOf } from './membership.ts'

/** What a broker answers that is about to coordinate the group. */
const TAKING_OVER = ['NOT_COORDINATOR_FOR_GROUP', 'GROUP_LOAD_IN_PROGRESS', 'GROUP_COORDINATOR_NOT_AVAILABLE']
const RETRY_MS = 100
/** As often as a new broker may need to take its groups over, a second at most. */
const MOST_TRIES = 10

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
      whileTakenOver(() => this.#admin.fetchOffsets({ groupId: group })),
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

/** kafkajs does not ask again. */
async function whileTakenOver<T>(ask: () => Promise<T>): Promise<T> {
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
