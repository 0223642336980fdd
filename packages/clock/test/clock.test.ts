import { expect, it } from 'vitest'
import { systemClock } from '../src/index.ts'

it('sleeps until the time has passed, or its signal is aborted', async () => {
  const startedAt = systemClock.now()
  await systemClock.sleep(20)
  expect(systemClock.now() - startedAt).toBeGreaterThanOrEqual(19)
  const stop = new AbortController()
  const sleeping = systemClock.sleep(60_000, stop.signal)
  stop.abort()
  await sleeping
  await systemClock.sleep(60_000, stop.signal)
  expect(systemClock.now() - startedAt).toBeLessThan(30_000)
})
