import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cpus } from 'node:os'
import type { ExchangeStatus } from './exchange.ts'

/** State of exchange, ingestor and machine at one instant; counts are cumulative. */
export interface Sample {
  readonly atMs: number
  readonly exchange: ExchangeStatus
  readonly written: number
  readonly cpuSeconds: number
  readonly megabytes: number
  readonly buffered: number
  readonly pairsLost: number
  readonly reconnects: number
  readonly gapsFilled: number
  readonly gapTrades: number
  /** CPU time of the whole machine, all cores. */
  readonly machineCpuSeconds: number
}

const MEGABYTE = 2 ** 20

/** Takes a sample from the exchange's process and the ingestor's /metrics. */
export async function takeSample(exchange: ChildProcess, url: string): Promise<Sample> {
  exchange.send('status')
  const [status] = (await once(exchange, 'message')) as [ExchangeStatus]
  const text = await (await fetch(`${url}/metrics`)).text()
  const sum = (name: string) =>
    [...text.matchAll(new RegExp(`^${name}(?:{.*})? (\\S+)`, 'gm'))].reduce(
      (total, [, value]) => total + Number(value),
      0,
    )
  return {
    atMs: performance.now(),
    exchange: status,
    written: sum('candlewick_trades_total'),
    cpuSeconds: sum('process_cpu_seconds_total'),
    megabytes: sum('process_resident_memory_bytes') / MEGABYTE,
    buffered: sum('candlewick_trades_buffered'),
    pairsLost: sum('candlewick_pairs_lost'),
    reconnects: sum('candlewick_reconnects_total'),
    gapsFilled: sum('candlewick_gap_trades_count'),
    gapTrades: sum('candlewick_gap_trades_sum'),
    machineCpuSeconds: machineCpuSeconds(),
  }
}

const machineCpuSeconds = (): number =>
  cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0) / 1000
