import { METRICS, type MetricSpec } from '@candlewick/service'
import { expect, it } from 'vitest'
import { startPipeline } from './services.ts'

it('every service shows the metrics that the table says, and no others', async () => {
  const { started, stop } = await startPipeline({ AUDIT_EVERY_MINUTES: '1' })
  for (const [name, { metrics }] of started) {
    const ours = metrics.getMetricsAsArray().filter(metric => metric.name.startsWith('candlewick_'))
    const table = Object.entries<MetricSpec>(METRICS).filter(([, { services }]) => services.includes(name))
    expect(ours.map(metric => [metric.name, metric.help]).sort()).toEqual(
      table.map(([n, { help }]) => [n, help]).sort(),
    )
  }
  await stop()
})

it('names counters …_total and what is measured in seconds …_seconds, as Prometheus would', () => {
  for (const [name, { type, unit }] of Object.entries<MetricSpec>(METRICS)) {
    expect(name.endsWith('_total')).toBe(type === 'counter')
    expect(/_seconds(_|$)/.test(name)).toBe(unit === 'seconds')
  }
})
