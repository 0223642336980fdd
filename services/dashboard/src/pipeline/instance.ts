import { parseMetrics, type Sample } from './metrics-text.ts'

/** An instance's state according to its own /readyz and /metrics. */
export interface InstanceHealth {
  /** Why it is not ready, or does not answer; null if it is ready. */
  readonly reason: string | null
  readonly tasks: readonly { readonly partition: number; readonly ready: boolean; readonly keys: number }[]
  /** The stores of a feature store. */
  readonly stores: readonly {
    readonly store: string
    /** Whether the store accepts the rows of every partition at the moment. */
    readonly ready: boolean
    readonly rows: number
    readonly lag: number
  }[]
  readonly records: number
  readonly outputs: number
  readonly handovers: number
  readonly memory_bytes: number | null
}

const ASK_MS = 1000
const ANSWER_BYTES_MAX = 1 << 20
const nothing = { tasks: [], stores: [], records: 0, outputs: 0, handovers: 0, memory_bytes: null }

/** Asks an instance at the URL that it published in its group. Never throws; an error becomes the reason in the result. */
export async function askInstance(url: string): Promise<InstanceHealth> {
  try {
    const [ready, metrics] = await Promise.all([get(url, '/readyz'), get(url, '/metrics')])
    const { reason = null } = JSON.parse(ready) as { reason?: string | null }
    return { ...read(parseMetrics(metrics)), reason }
  } catch (error) {
    return { ...nothing, reason: `does not answer: ${(error as Error).message}` }
  }
}

function read(samples: readonly Sample[]): Omit<InstanceHealth, 'reason'> {
  const sum = (name: string) => total(samples.filter(s => s.name === name))
  return {
    tasks: [...tasksOf(samples), ...storeTasksOf(samples)],
    stores: storesOf(samples),
    records: sum('candlewick_records_total'),
    outputs: sum('candlewick_outputs_total'),
    handovers: sum('candlewick_handovers_total'),
    memory_bytes: sum('process_resident_memory_bytes') || null,
  }
}

const total = (samples: readonly Sample[]): number => samples.reduce((sum, { value }) => sum + value, 0)

function tasksOf(samples: readonly Sample[]): InstanceHealth['tasks'] {
  return samples
    .filter(({ name }) => name === 'candlewick_task_ready')
    .map(({ labels, value }) => {
      const { partition } = labels
      const keys = samples.find(s => s.name === 'candlewick_task_keys' && s.labels.partition === partition)
      return { partition: Number(partition), ready: value === 1, keys: keys?.value ?? 0 }
    })
}

/** A partition is ready if every store accepts its rows. */
function storeTasksOf(samples: readonly Sample[]): InstanceHealth['tasks'] {
  const up = samples.filter(({ name }) => name === 'candlewick_store_up')
  return [...Map.groupBy(up, ({ labels }) => labels.partition)].map(([partition, states]) => ({
    partition: Number(partition),
    ready: states.every(({ value }) => value === 1),
    keys: 0,
  }))
}

function storesOf(samples: readonly Sample[]): InstanceHealth['stores'] {
  const of = (metric: string, store = '') => samples.filter(s => s.name === metric && s.labels.store === store)
  const names = new Set(samples.filter(({ name }) => name === 'candlewick_store_up').map(({ labels }) => labels.store))
  return [...names].map(store => ({
    store: store ?? '',
    ready: of('candlewick_store_up', store).every(({ value }) => value === 1),
    rows: total(of('candlewick_store_rows_total', store)),
    lag: total(of('candlewick_store_lag_records', store)),
  }))
}

/** The URL comes from a group member, which may be anything, so the size of the answer is bounded. */
async function get(url: string, path: string): Promise<string> {
  const response = await fetch(new URL(path, url), { signal: AbortSignal.timeout(ASK_MS), redirect: 'error' })
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length
    if (bytes > ANSWER_BYTES_MAX) throw new Error(`answers with more than ${ANSWER_BYTES_MAX} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
