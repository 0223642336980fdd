import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Table from 'cli-table3'
import { surroundings } from '../surroundings.ts'
import { median } from '../table.ts'
import { type Contestant, contestants } from './contestants.ts'
import type { Measured } from './measured.ts'
import { recording } from './recording.ts'
import { Setup } from './setup.ts'

export interface HistoryOptions {
  readonly trades: number
  readonly repeats: number
  readonly only: RegExp
  /** A commit whose `npm run compute` is measured, too. */
  readonly compare: string | undefined
  /** The name of a file of `results/` to write. */
  readonly save: string | undefined
}

/**
 * Computes candles, indicators and Parquet files from a file of trades, with our tool and with DuckDB and Polars, and replays
 * the file through Kafka with this commit's services and those before the fast path, all of them in alternation.
 */
export async function measureHistory({ trades, repeats, only, compare, save }: HistoryOptions): Promise<void> {
  const chosen = contestants(trades, compare).filter(({ name }) => only.test(name))
  const setup = new Setup()
  const runs = new Map<Contestant, Measured[]>(chosen.map(contestant => [contestant, []]))
  try {
    const around = surroundings('none')
    const files = new Map<number, string>()
    for (const { pairs } of chosen) files.set(pairs, await recording(trades, pairs))
    for (let i = 0; i < repeats; i++)
      for (const contestant of chosen) {
        const result = await measureOnce(contestant, files.get(contestant.pairs)!, setup)
        if (result.trades !== trades) throw new Error(`${contestant.name} used ${result.trades} of ${trades} trades`)
        runs.get(contestant)!.push(result)
        console.error(`${contestant.name}: ${result.cpuSeconds.toFixed(2)} CPU-s, ${result.wallSeconds.toFixed(2)} s`)
      }
    const rows = [...runs].map(([{ name, pairs }, all]) => ({ name, pairs, ...summary(all) }))
    console.log(render(rows))
    for (const { name, parts_cpu_seconds: parts } of rows)
      if (parts)
        console.log(
          `${name}, CPU-seconds: ${Object.entries(parts)
            .map(([part, s]) => `${part} ${s.toFixed(2)}`)
            .join(', ')}`,
        )
    if (!save) return
    const path = join(import.meta.dirname, '../results', `${save}.json`)
    writeFileSync(path, `${JSON.stringify({ ...around, broker: await setup.brokerKind(), trades, rows }, null, 2)}\n`)
  } finally {
    await setup.stop()
  }
}

async function measureOnce(contestant: Contestant, file: string, setup: Setup): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'candlewick-history-'))
  try {
    return await contestant.run(file, join(folder, 'out'), setup)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function summary(runs: readonly Measured[]) {
  const cpu = runs.map(({ cpuSeconds }) => cpuSeconds)
  return {
    runs: runs.length,
    cpu_seconds: median(cpu),
    cpu_seconds_fastest: Math.min(...cpu),
    wall_seconds: median(runs.map(({ wallSeconds }) => wallSeconds)),
    wall_seconds_fastest: Math.min(...runs.map(({ wallSeconds }) => wallSeconds)),
    peak_megabytes: Math.round(Math.max(...runs.map(({ peakMegabytes }) => peakMegabytes))),
    feature_rows: runs[0]!.rows,
    ...(runs[0]!.parts && { parts_cpu_seconds: medians(runs.map(({ parts }) => parts!)) }),
  }
}

/** @returns the median of each part */
const medians = (runs: readonly Readonly<Record<string, number>>[]): Record<string, number> =>
  Object.fromEntries(Object.keys(runs[0]!).map(part => [part, median(runs.map(parts => parts[part]!))]))

function render(rows: readonly ({ readonly name: string } & ReturnType<typeof summary>)[]): string {
  const base = rows.find(({ name }) => name.startsWith('DuckDB'))
  const head = ['', 'CPU-s', 'fastest', '× DuckDB', 'wall s', 'fastest', '× DuckDB', 'peak MB', 'rows']
  const table = new Table({
    head,
    colAligns: ['left', ...Array<'right'>(8).fill('right')],
    style: { head: [], border: [], compact: true },
  })
  const ratio = (of: 'cpu_seconds' | 'wall_seconds', row: (typeof rows)[number]) =>
    base ? (row[of] / base[of]).toFixed(2) : ''
  for (const row of rows)
    table.push([
      row.name,
      row.cpu_seconds.toFixed(2),
      row.cpu_seconds_fastest.toFixed(2),
      ratio('cpu_seconds', row),
      row.wall_seconds.toFixed(2),
      row.wall_seconds_fastest.toFixed(2),
      ratio('wall_seconds', row),
      row.peak_megabytes,
      row.feature_rows.toLocaleString('en'),
    ])
  return table.toString()
}
