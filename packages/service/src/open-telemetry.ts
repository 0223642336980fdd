import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Headers } from '@candlewick/streams'
import {
  DiagLogLevel,
  diag,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { parseTraceParent } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources'
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import type { Sending, Spans, Tracing } from './spans.ts'

export interface OpenTelemetryOptions {
  readonly service: string
  readonly endpoint: string
  /** Samplers by the values of OpenTelemetry's environment variable. */
  readonly sampler: string
  readonly ratio: number
  warn(message: string): void
}

const EXPORT_MS = 3000

/** Spans by OpenTelemetry's own SDK, exported in batches as OTLP over HTTP. The SDK reads its other variables itself. */
export function openTelemetry({ service, endpoint, sampler, ratio, warn }: OpenTelemetryOptions): Tracing {
  // Warnings are included, because the SDK reports spans that it dropped from a full queue as a warning.
  const logger = { error: warn, warn, info() {}, debug() {}, verbose() {} }
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true })
  const url = `${endpoint.replace(/\/+$/, '')}/v1/traces`
  const exporter = new OTLPTraceExporter({ url, timeoutMillis: EXPORT_MS })
  const own = resourceFromAttributes({ 'service.name': service, 'service.instance.id': randomUUID() })
  const provider = new TracerProvider({
    sampler: samplerOf(sampler, ratio),
    resource: defaultResource()
      .merge(own)
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor({ exporter, exportTimeoutMillis: EXPORT_MS })],
  })
  const tracer = provider.getTracer('candlewick')
  return {
    spans: () => new TransactionSpans(tracer),
    close: async () => {
      const lost = (error: Error) => warn(`The last spans could not be exported: ${error.message}`)
      await Promise.race([provider.shutdown().catch(lost), sleep(EXPORT_MS)])
    },
  }
}

function samplerOf(name: string, ratio: number): Sampler {
  const [, parentBased, root] = /^(parentbased_)?(.*)$/.exec(name) ?? []
  const sampler =
    root === 'always_off'
      ? new AlwaysOffSampler()
      : root === 'traceidratio'
        ? new TraceIdRatioBasedSampler(ratio)
        : new AlwaysOnSampler()
  return parentBased ? new ParentBasedSampler({ root: sampler }) : sampler
}

class TransactionSpans implements Spans {
  readonly #tracer: Tracer
  #begun: Span[] = []

  constructor(tracer: Tracer) {
    this.#tracer = tracer
  }

  begin({ topic, key, parent, links = [], attributes }: Sending): Headers | undefined {
    const context = parent && parseTraceParent(parent)
    const span = this.#tracer.startSpan(
      `send ${topic}`,
      { kind: SpanKind.PRODUCER },
      context ? trace.setSpanContext(ROOT_CONTEXT, { ...context, isRemote: true }) : ROOT_CONTEXT,
    )
    const { traceId, spanId, traceFlags } = span.spanContext()
    if (!(traceFlags & TraceFlags.SAMPLED)) return undefined
    span.setAttributes({
      'messaging.system': 'kafka',
      'messaging.operation.name': 'send',
      'messaging.operation.type': 'send',
      'messaging.destination.name': topic,
      'messaging.kafka.message.key': key,
      ...attributes,
    })
    for (const link of links) {
      const linked = parseTraceParent(link)
      if (linked) span.addLink({ context: linked })
    }
    this.#begun.push(span)
    return { traceparent: `00-${traceId}-${spanId}-01` }
  }

  written(): void {
    for (const span of this.#begun) span.end()
    this.#begun = []
  }
}
