/** What a processor is written with. A program that runs one by itself imports this without the runtime and its client. */
export type { LogRecord } from '@candlewick/kafka/log'
export { checked, parseJson } from './parsing.ts'
export { type Emit, type Processor, Rejected, type WarmUp } from './processor.ts'
