import { AssignerProtocol } from 'kafkajs'
import type { Member, MemberData } from '../log.ts'

/**
 * Messages between the members and the leader of a consumer group (ConsumerProtocol, version 1): a member's data, as JSON in
 * the user data of its subscription, and the partitions that the leader assigns.
 */
const { MemberMetadata, MemberAssignment } = AssignerProtocol
const VERSION = 1
const NEWCOMER: MemberData = { own: [], gen: -1, load: {} }

export const encodeMember = (topics: readonly string[], data: MemberData): Buffer =>
  MemberMetadata.encode({ version: VERSION, topics: [...topics], userData: Buffer.from(JSON.stringify(data)) })

/** @throws SyntaxError for a member of another protocol */
export function memberOf({ memberId, memberMetadata }: { memberId: string; memberMetadata: Buffer }): Member {
  const userData = MemberMetadata.decode(memberMetadata)?.userData
  const data = userData && userData.length > 0 ? (JSON.parse(userData.toString()) as MemberData) : NEWCOMER
  return { id: memberId, data }
}

/** @returns the topics that the member reads. */
export const topicsOf = ({ memberMetadata }: { memberMetadata: Buffer }): readonly string[] =>
  MemberMetadata.decode(memberMetadata)?.topics ?? []

/** @param partitions the partitions that the member owns of each topic */
export const encodeAssignment = (topics: readonly string[], partitions: readonly number[]): Buffer =>
  MemberAssignment.encode({
    version: VERSION,
    assignment: Object.fromEntries(topics.map(topic => [topic, [...partitions]])),
    userData: Buffer.alloc(0),
  })

/** @returns a member's partitions of each topic. */
export const assignedTo = (memberAssignment: Buffer): Record<string, number[]> =>
  memberAssignment.length > 0 ? (MemberAssignment.decode(memberAssignment)?.assignment ?? {}) : {}
