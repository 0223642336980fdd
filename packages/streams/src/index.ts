export { positionRecord, StateRefused } from './changelog.ts'
export { type Clock, systemClock } from './clock.ts'
export type { StreamEvent, TaskStatus } from './events.ts'
export { follow } from './follow.ts'
export type { KafkaLogOptions } from './kafka/client.ts'
export { kafkaLog } from './kafka/kafka-log.ts'
export { type Refusal, type RefusalKind, refusalOf } from './kafka/refusal.ts'
export type { Sasl } from './kafka/sasl.ts'
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
} from './log.ts'
export { MemoryCluster, type Session } from './memory/cluster.ts'
export { type Faults, memoryLog } from './memory/memory-log.ts'
export { byMurmur2, followInput, murmur2, type Place, TAKE_UP_MS } from './placement.ts'
export { type Emit, type Processor, Rejected, type WarmUp } from './processor.ts'
export { Stream, type StreamOptions } from './stream.ts'
export type { Trail } from './trail.ts'
