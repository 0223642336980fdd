import type { Running } from './services.ts'

export interface InstanceHealth {
  readonly name: string
  readonly pid: number | undefined
  readonly state: string
  /** The instance's partitions, each with its lag in records. */
  readonly lag: ReadonlyMap<number, number>
}

const LAG = /^candlewick_(?:task|store)_lag_records\{.*partition="(\d+)".*\} (\d+)/gm
const ASK_MS = 1000

/** Asks an instance's own /readyz and /metrics. */
export async function healthOf({ name, url, ended, pid }: Running): Promise<InstanceHealth> {
  if (ended) return { name, pid, state: ended.how, lag: new Map() }
  if (!url) return { name, pid, state: 'starting', lag: new Map() }
  try {
    const signal = AbortSignal.timeout(ASK_MS)
    const [ready, metrics] = await Promise.all(['/readyz', '/metrics'].map(path => fetch(url + path, { signal })))
    const { reason } = (await ready!.json()) as { reason?: string }
    const lag = (await metrics!.text()).matchAll(LAG)
    return { name, pid, state: reason ?? 'ready', lag: new Map([...lag].map(([, p, n]) => [Number(p), Number(n)])) }
  } catch {
    return { name, pid, state: 'does not answer', lag: new Map() }
  }
}
