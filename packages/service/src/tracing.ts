import type { Tracing } from './spans.ts'
import type { CommonConfig } from './variables.ts'

type TracingConfig = Pick<
  CommonConfig,
  'OTEL_EXPORTER_OTLP_ENDPOINT' | 'OTEL_TRACES_SAMPLER' | 'OTEL_TRACES_SAMPLER_ARG'
>

/** @returns undefined without an endpoint for spans; OpenTelemetry is then not loaded. */
export async function openTracing(
  service: string,
  { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_SAMPLER, OTEL_TRACES_SAMPLER_ARG }: TracingConfig,
  warn: (message: string) => void,
): Promise<Tracing | undefined> {
  if (!endpoint) return undefined
  const { openTelemetry } = await import('./open-telemetry.ts')
  return openTelemetry({ service, endpoint, sampler: OTEL_TRACES_SAMPLER, ratio: OTEL_TRACES_SAMPLER_ARG, warn })
}
