export type { KafkaLogOptions } from './client/client.ts'
export { kafkaLog } from './client/kafka-log.ts'
export { type Refusal, type RefusalKind, refusalOf } from './client/refusal.ts'
export type { Sasl } from './client/sasl.ts'
