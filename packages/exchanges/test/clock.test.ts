import { afterEach, expect, it, vi } from 'vitest'
import { systemClock } from '../src/index.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

it('sleeps for the whole time, although Node’s timers are limited to 24.8 days', async () => {
  const warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  const stop = new AbortController()
  let slept = false
  const sleeping = systemClock.sleep(365 * 86_400_000, stop.signal).then(() => {
    slept = true
  })
  await systemClock.sleep(50)
  expect(slept).toBe(false)
  expect(warnings).not.toHaveBeenCalled()
  stop.abort()
  await sleeping
})
