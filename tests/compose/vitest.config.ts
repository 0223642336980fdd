import { defineConfig } from 'vitest/config'

/** `npm run test:compose`: needs a Docker engine, takes minutes. */
export default defineConfig({
  test: { include: ['tests/compose/pipeline.test.ts'], testTimeout: 300_000, hookTimeout: 900_000, bail: 1 },
})
