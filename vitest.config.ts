import { defineConfig } from 'vitest/config'

/** What needs a broker: it is started once, for all of them. */
const WITH_BROKER = ['packages/{kafka,streams}/test/{client,broker}/**/*.test.ts', 'tests/pipeline/**/*.test.ts']
/** Has a broker and processes of its own, and measures: it runs when the others are through. */
const SOAK = 'tests/soak/soak.test.ts'
const EVERYTHING = ['{packages,services}/*/test/**/*.test.ts', 'tests/**/*.test.ts', 'tools/**/*.test.ts']

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // A machine may be busy; what is polled for comes, or the test fails all the same.
    expect: { poll: { timeout: 20_000 } },
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: EVERYTHING, exclude: [...WITH_BROKER, SOAK, 'tests/compose/pipeline.test.ts'] },
      },
      {
        extends: true,
        test: {
          name: 'broker',
          include: WITH_BROKER,
          globalSetup: './tools/broker/global-setup.ts',
          testTimeout: 60_000,
        },
      },
      { extends: true, test: { name: 'soak', include: [SOAK], sequence: { groupOrder: 1 } } },
    ],
  },
})
