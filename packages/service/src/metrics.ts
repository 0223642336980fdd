import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { MetricSpec } from './metric-spec.ts'
import { METRICS, type MetricName } from './metric-table.ts'

type NameOf<Type extends MetricSpec['type']> = {
  [Name in MetricName]: (typeof METRICS)[Name] extends { readonly type: Type } ? Name : never
}[MetricName]

/** Registers metrics of the table. If the values of a label are known, each of them is shown from the start, at 0. */
export interface Metrics {
  counter(name: NameOf<'counter'>): Counter
  /** @param collect sets the gauge when it is read */
  gauge(name: NameOf<'gauge'>, collect: (gauge: Gauge) => void): void
  histogram(name: NameOf<'histogram'>): Histogram
}

export function metricsOf(registry: Registry): Metrics {
  const options = (name: MetricName) => {
    const { help, labels = {} }: MetricSpec = METRICS[name]
    return { name, help, labelNames: Object.keys(labels), registers: [registry] }
  }
  return {
    counter(name) {
      const counter = new Counter(options(name))
      const { labels = {} }: MetricSpec = METRICS[name]
      // Prometheus sees no increase in a series whose first value is above 0.
      for (const [label, values] of Object.entries(labels))
        for (const value of values) counter.inc({ [label]: value }, 0)
      return counter
    },
    gauge: (name, collect) =>
      void new Gauge({
        ...options(name),
        collect() {
          collect(this)
        },
      }),
    histogram(name) {
      const { buckets = [] }: MetricSpec = METRICS[name]
      return new Histogram({ ...options(name), buckets: [...buckets] })
    },
  }
}
