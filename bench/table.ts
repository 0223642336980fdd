import Table from 'cli-table3'
import type { Measured } from './measure.ts'

/** The figures of a scenario's runs: medians, the fastest run, and the spread. */
export interface Row {
  readonly name: string
  readonly runs: number
  readonly records_per_cpu_second: number
  /** Records per CPU-second of the fastest run: other load on the machine only ever makes a run slower. */
  readonly fastest: number
  /** (highest - lowest) / median of the runs' records per CPU-second. */
  readonly spread: number
  /** Records per CPU-second of the second half, if the contestant measures it. */
  readonly warm_per_cpu_second?: number
  readonly records_per_second: number
  readonly cpu_seconds: number
  readonly peak_megabytes: number
  readonly loop_delay_ms_max: number
}

export function rowOf(name: string, runs: readonly Measured[]): Row {
  const rates = runs.map(m => m.trades / m.cpuSeconds)
  const warm = runs.flatMap(m => (m.warm ? [m.warm.trades / m.warm.cpuSeconds] : []))
  return {
    name,
    runs: runs.length,
    records_per_cpu_second: Math.round(median(rates)),
    fastest: Math.round(Math.max(...rates)),
    spread: (Math.max(...rates) - Math.min(...rates)) / median(rates),
    ...(warm.length > 0 && { warm_per_cpu_second: Math.round(median(warm)) }),
    records_per_second: Math.round(median(runs.map(m => m.trades / m.wallSeconds))),
    cpu_seconds: median(runs.map(m => m.cpuSeconds)),
    peak_megabytes: Math.round(Math.max(...runs.map(m => m.peakMegabytes))),
    loop_delay_ms_max: Math.round(median(runs.map(m => m.loopDelayMs))),
  }
}

/** @param baseline the row with which the others are compared; without it there is no ratio */
export function render(rows: readonly Row[], baseline: string): string {
  const base = rows.find(row => row.name === baseline)
  const ratio = (of: 'records_per_cpu_second' | 'fastest' | 'warm_per_cpu_second', row: Row) =>
    base?.[of] && row[of] ? (row[of] / base[of]).toFixed(2) : ''
  const table = new Table({
    head: [
      '',
      'per CPU-s',
      'fastest',
      'spread',
      `× ${baseline}`,
      'fastest',
      'warm per CPU-s',
      '× warm',
      'per s',
      'CPU-s',
      'peak MB',
      'loop delay ms',
    ],
    colAligns: ['left', ...Array<'right'>(11).fill('right')],
    colWidths: [null, null, null, null, 14],
    wordWrap: true,
    style: { head: [], border: [], compact: true },
  })
  for (const row of rows)
    table.push([
      row.name,
      row.records_per_cpu_second.toLocaleString('en'),
      row.fastest.toLocaleString('en'),
      `${Math.round(100 * row.spread)}%`,
      ratio('records_per_cpu_second', row),
      ratio('fastest', row),
      row.warm_per_cpu_second?.toLocaleString('en') ?? '',
      ratio('warm_per_cpu_second', row),
      row.records_per_second.toLocaleString('en'),
      row.cpu_seconds.toFixed(2),
      row.peak_megabytes,
      row.loop_delay_ms_max,
    ])
  return table.toString()
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
