import type { TestProject } from 'vitest/node'
import { startBroker } from './index.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where the broker that all test files share answers, as `KAFKA_BROKERS` has it. */
    brokers: string
  }
}

/** One broker for the whole test run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const broker = await startBroker()
  project.provide('brokers', broker.brokers)
  return () => broker.stop()
}
