/** One metric of `metric-table.ts`. */
export interface MetricSpec {
  readonly type: 'counter' | 'gauge' | 'histogram'
  /** Unit of the counted or measured values, e.g. records or seconds. */
  readonly unit: string
  /** Meaning of the metric, and what to do when a value calls for action; shown in /metrics. */
  readonly help: string
  /** The services that export the metric. */
  readonly services: readonly string[]
  /** Labels besides `service` and `group`, which every metric has. Values that are known in advance are shown from the start, at 0. */
  readonly labels?: Readonly<Record<string, readonly string[]>>
  /** Upper bounds of a histogram's buckets. */
  readonly buckets?: readonly number[]
}

export const gauge = (unit: string, help: string, services: readonly string[], ...labels: string[]) =>
  ({ type: 'gauge', unit, help, services, labels: Object.fromEntries(labels.map(name => [name, []])) }) as const
export const counter = (unit: string, help: string, services: readonly string[], labels: MetricSpec['labels'] = {}) =>
  ({ type: 'counter', unit, help, services, labels }) as const
export const histogram = (unit: string, help: string, services: readonly string[], buckets: readonly number[]) =>
  ({ type: 'histogram', unit, help, services, buckets }) as const
