import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

const EVERYTHING = ['{packages,services}/*/test/**/*.test.ts', 'tests/**/*.test.ts', 'tools/**/*.test.ts']
/** These share one broker, which is started once for all of them. */
const BROKER = ['packages/{kafka,streams}/test/broker/**/*.test.ts', 'tests/{pipeline,python}/**/*.test.ts']
/** The longest tests with a broker or processes. `npm test` would take twice as long with them, so that `npm run test:full` runs them. */
const FULL = [
  'services/feature-store/test/servers/s3.test.ts',
  'tests/compute/{command,two-at-once}.test.ts',
  'tests/pipeline/{backfill,backfill-two-at-once,bad-input,examples,feature-store}.test.ts',
  'tests/pipeline/{foreign-producer,ingestors,notebook,own-features,recipes}.test.ts',
  'tests/python/*.test.ts',
]
/** These start processes, or a broker or virtual environment of their own. */
const PROCESSES = [
  'packages/exchanges/test/replay/times.test.ts',
  'packages/indicators/test/pack.test.ts',
  'packages/kafka/test/failover.test.ts',
  'packages/service/test/log-lost.test.ts',
  'packages/service/test/run.test.ts',
  'services/feature-store/test/servers/*.test.ts',
  'services/technical-indicators/test/processes.test.ts',
  'tests/{dashboard,kubernetes,observability,security}/**/*.test.ts',
  'tests/compose/config.test.ts',
  'tests/compute/{command,python,store-equality,two-at-once}.test.ts',
  'tests/simulation/mutants.test.ts',
  'tools/broker/*.test.ts',
  'tools/check-feature/main.test.ts',
  'tools/demo/demo.test.ts',
]
/** These need neither, but take more than ten seconds each, so that the quick tests leave them out. */
const LONG = [
  'services/dashboard/test/provisional.test.ts',
  'services/technical-indicators/test/own-features.test.ts',
  'tests/compute/{equality,history}.test.ts',
  'tools/backfill/*.test.ts',
]
/** These test the memory that a process reuses, which the other files of a shared process would use too. */
const ISOLATED = [
  'packages/kafka/test/client/{connection,outgoing-batches}.test.ts',
  'packages/kafka/test/{memory,wire}/*.test.ts',
]
/** `npm run test:full` runs these as far as WIDE says. */
const EXPLORATION = [
  'tests/simulation/*.test.ts',
  'services/trades-ingestor/test/faults.test.ts',
  'packages/indicators/test/drift.test.ts',
]
/** Measures delays, so it runs alone, after everything else. */
const SOAK = ['tests/soak/soak.test.ts']

/** How far `npm test` explores: numbers of histories, of an exchange's fault plans, and of candles. */
const NARROW = {
  fixedSeeds: { first: 1, last: 200 },
  freshSeeds: 100,
  mutants: { above: 0, upTo: 100 },
  faultPlans: { first: 1, last: 100 },
  driftCandles: 30_000,
}
/** `npm run test:full` goes on where `npm test` stops, so that nothing runs twice. */
const WIDE: typeof NARROW = {
  fixedSeeds: { first: 201, last: 2000 },
  freshSeeds: 2000,
  mutants: { above: 100, upTo: 1_000_000 },
  faultPlans: { first: 101, last: 1000 },
  driftCandles: 1_000_000,
}

declare module 'vitest' {
  export interface ProvidedContext {
    exploration: typeof NARROW
  }
}

export default defineConfig({
  test: {
    // By default Vitest leaves a core free; but many of these tests wait for a broker or a timer most of their time.
    maxWorkers: availableParallelism() + 2,
    // Loading the modules again for each file took a third of the CPU time. A test therefore restores every global that it
    // changes (environment, spies, timers).
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // On a busy machine the awaited value may take long to arrive; a wrong one fails all the same.
    expect: { poll: { timeout: 20_000 } },
    provide: { exploration: NARROW },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: EVERYTHING,
          exclude: [...BROKER, ...PROCESSES, ...FULL, ...LONG, ...ISOLATED, ...SOAK, 'tests/compose/pipeline.test.ts'],
          setupFiles: './tests/no-processes.ts',
        },
      },
      {
        extends: true,
        test: { name: 'isolated', include: ISOLATED, isolate: true, setupFiles: './tests/no-processes.ts' },
      },
      { extends: true, test: { name: 'long', include: LONG, setupFiles: './tests/no-processes.ts' } },
      { extends: true, test: { name: 'processes', include: PROCESSES, exclude: FULL } },
      {
        extends: true,
        test: {
          name: 'broker',
          include: BROKER,
          exclude: FULL,
          globalSetup: './tools/broker/global-setup.ts',
        },
      },
      { extends: true, test: { name: 'exploration', include: EXPLORATION, provide: { exploration: WIDE } } },
      {
        extends: true,
        test: {
          name: 'full',
          include: FULL,
          globalSetup: './tools/broker/global-setup.ts',
          sequence: { groupOrder: 1 },
        },
      },
      { extends: true, test: { name: 'soak', include: SOAK, sequence: { groupOrder: 2 } } },
    ],
  },
})
