import { registerHooks } from 'node:module'
import { expect, it } from 'vitest'
import { otlpReceiver } from './receiver.ts'
import { startPipeline } from './services.ts'

it('loads nothing of OpenTelemetry unless spans are wanted', async () => {
  const loaded: string[] = []
  registerHooks({
    load(url, context, next) {
      if (url.includes('opentelemetry')) loaded.push(url)
      return next(url, context)
    },
  })
  await (await startPipeline()).stop()
  expect(loaded).toEqual([])
  const receiver = await otlpReceiver()
  await (await startPipeline({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint })).stop()
  await receiver.close()
  expect(loaded).not.toEqual([])
})
