import { METRICS, type MetricSpec } from '@candlewick/service'
import { expect, it } from 'vitest'
import { startPipeline } from './services.ts'

it('every service exports the metrics of the table, and no others', async () => {
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

it('counters end with _total and durations with _seconds, as Prometheus recommends', () => {
  for (const [name, { type, unit }] of Object.entries<MetricSpec>(METRICS)) {
    expect(name.endsWith('_total')).toBe(type === 'counter')
    expect(/_seconds(_|$)/.test(name)).toBe(unit === 'seconds')
  }
})
