import { registerHooks } from 'node:module'
import { startPipeline } from './services.ts'

/** Starts and stops the pipeline, and prints which modules of OpenTelemetry that loaded, as JSON. Argument: OTLP endpoint. */
const [endpoint] = process.argv.slice(2)
const loaded: string[] = []
registerHooks({
  load(url, context, next) {
    if (url.includes('opentelemetry')) loaded.push(url)
    return next(url, context)
  },
})
await (await startPipeline(endpoint ? { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } : {})).stop()
console.log(JSON.stringify(loaded))
// Otherwise idle connections would keep the process alive for some seconds.
process.exit()
