import { expect, it } from 'vitest'
import { openTelemetry } from '../src/open-telemetry.ts'

/** More spans than the SDK's queue of 2,048 holds. */
const SPANS = 5000

it('reports how many spans were dropped while nothing received them', async () => {
  const warnings: string[] = []
  const { spans, close } = openTelemetry({
    service: 'candles',
    endpoint: 'http://127.0.0.1:9',
    sampler: 'always_on',
    ratio: 1,
    warn: message => warnings.push(message),
  })
  const writer = spans()
  const write = (count: number) => {
    for (let i = 0; i < count; i++) writer.begin({ topic: 'candles', key: 'BTC/USD', attributes: {} })
    writer.written()
  }
  write(SPANS)
  // The SDK reports once there is room again.
  await expect
    .poll(() => {
      write(1)
      return warnings.filter(text => /Dropped \d+ spans/.test(text))
    })
    .not.toEqual([])
  await close()
})
