/**
 * The interfaces for writing a processor. A program that runs a processor by itself imports these without the runtime and
 * its client.
 */
export type { LogRecord } from '@candlewick/kafka/log'
export { checked, parseJson } from './parsing.ts'
export { type Emit, type Processor, Rejected, type WarmUp } from './processor.ts'
