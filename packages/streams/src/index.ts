export { type Clock, systemClock } from '@candlewick/clock'
export {
  type Chunk,
  Fenced,
  type GroupDescription,
  type GroupOffsets,
  type Headers,
  type JoinOptions,
  type Log,
  type LogRecord,
  type Member,
  type MemberData,
  type Membership,
  OffsetOutOfRange,
  type OutRecord,
  type PartitionReader,
  type TopicAdmin,
  type TransactionalProducer,
} from '@candlewick/kafka/log'
export type { StreamEvent, TaskStatus } from './events.ts'
export { follow } from './follow.ts'
export { assignWithin, type GroupKind, GroupTaken, refuseOtherKind } from './group-kind.ts'
export { GroupShare } from './group-share.ts'
export { controlRecord } from './migration/control-records.ts'
export { afterWriterMove, birthRecord, isOutgrown, moveRecords, reroute } from './migration/output-router.ts'
export { controlContent } from './migration/parse-control.ts'
export { byMurmur2, followInput, murmur2, type Place, TAKE_UP_MS } from './migration/placement.ts'
export { checked, parseJson } from './parsing.ts'
export { deadLetterOf } from './process/dead-letter.ts'
export { type Emit, type Processor, Rejected, type WarmUp } from './processor.ts'
export { positionRecord } from './state/changelog.ts'
export { StateRefused } from './state/state-codec.ts'
export { Stream, type StreamOptions } from './stream.ts'
export { MemoryCluster } from './testing/cluster.ts'
export type { Faults } from './testing/faults.ts'
export type { Session } from './testing/group.ts'
export { memoryLog } from './testing/memory-log.ts'
export type { TracePropagation } from './trace-propagation.ts'
