import { parseMetrics, type Sample } from './metrics-text.ts'

/** An instance's state according to its own /readyz and /metrics. */
export interface InstanceHealth {
  /** Why it is not ready, or does not answer; null when it is ready. */
  readonly reason: string | null
  readonly tasks: readonly { readonly partition: number; readonly ready: boolean; readonly keys: number }[]
  readonly records: number
  readonly outputs: number
  readonly handovers: number
  readonly memory_bytes: number | null
}

const ASK_MS = 1000
const ANSWER_BYTES_MAX = 1 << 20
const nothing = { tasks: [], records: 0, outputs: 0, handovers: 0, memory_bytes: null }

/** Asks an instance at the URL that it published in its group. Never throws: an error is the reason in the answer. */
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
  const sum = (name: string) => samples.filter(s => s.name === name).reduce((total, s) => total + s.value, 0)
  const tasks = samples
    .filter(({ name }) => name === 'candlewick_task_ready')
    .map(({ labels, value }) => {
      const { partition } = labels
      const keys = samples.find(s => s.name === 'candlewick_task_keys' && s.labels.partition === partition)
      return { partition: Number(partition), ready: value === 1, keys: keys?.value ?? 0 }
    })
  return {
    tasks,
    records: sum('candlewick_records_total'),
    outputs: sum('candlewick_outputs_total'),
    handovers: sum('candlewick_handovers_total'),
    memory_bytes: sum('process_resident_memory_bytes') || null,
  }
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
