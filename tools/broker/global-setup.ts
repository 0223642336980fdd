import type { TestProject } from 'vitest/node'
import { startBroker } from './index.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Address of the broker that all test files share, in the form of `KAFKA_BROKERS`. */
    brokers: string
  }
}

/** Starts one broker for the whole test run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const broker = await startBroker({ running: process.env.KAFKA_BROKERS })
  project.provide('brokers', broker.brokers)
  return () => broker.stop()
}
