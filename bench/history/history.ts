import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import Table from 'cli-table3'
import { surroundings } from '../surroundings.ts'
import { median } from '../table.ts'
import { makeVenv, PYTHON } from './python.ts'
import { recording } from './recording.ts'

interface Measured {
  readonly trades: number
  readonly rows: number
  readonly cpuSeconds: number
  readonly wallSeconds: number
  readonly peakMegabytes: number
}

interface Contestant {
  readonly name: string
  readonly trades: number
  readonly pairs: number
  run(file: string, out: string): Promise<Measured>
}

export interface HistoryOptions {
  readonly trades: number
  readonly repeats: number
  readonly only: RegExp
  /** The name of a file of `results/` to write. */
  readonly save: string | undefined
}

const execute = promisify(execFile)

async function measured(command: string, args: readonly string[]): Promise<Measured> {
  const { stdout } = await execute(command, args, { maxBuffer: 1 << 24 })
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Measured
}

const compute = (name: string, trades: number, pairs: number, ...args: readonly string[]): Contestant => ({
  name,
  trades,
  pairs,
  run: (file, out) =>
    measured(process.execPath, [
      '--max-semi-space-size=8',
      join(import.meta.dirname, 'compute.ts'),
      '--file',
      file,
      ...args,
      '--out',
      out,
    ]),
})

const python = (name: string, program: string, trades: number): Contestant => ({
  name,
  trades,
  pairs: 20,
  run: (file, out) => measured(PYTHON, [join(import.meta.dirname, program), file, `${out}.parquet`]),
})

function contestants(trades: number): Contestant[] {
  const own = [
    compute('npm run compute', trades, 20),
    compute('npm run compute, one thread', trades, 20, '--threads', '0'),
    compute('npm run compute, 1 pair', trades, 1),
    compute('npm run compute, 500 pairs', trades, 500),
  ]
  const problem = makeVenv()
  if (problem) {
    console.error(`DuckDB and Polars are not measured: ${problem}`)
    return own
  }
  return [
    python('DuckDB + TA-Lib', 'duckdb_talib.py', trades),
    python('Polars + TA-Lib', 'polars_talib.py', trades),
    ...own,
  ]
}

/**
 * Computes candles, indicators and Parquet files from a file of trades, with our tool and with DuckDB and Polars in
 * alternation.
 */
export async function measureHistory({ trades, repeats, only, save }: HistoryOptions): Promise<void> {
  const around = surroundings('none')
  const chosen = contestants(trades).filter(({ name }) => only.test(name))
  const files = new Map<number, string>()
  for (const { pairs } of chosen) files.set(pairs, await recording(trades, pairs))
  const runs = new Map<Contestant, Measured[]>(chosen.map(contestant => [contestant, []]))
  for (let i = 0; i < repeats; i++)
    for (const contestant of chosen) {
      const folder = mkdtempSync(join(tmpdir(), 'candlewick-history-'))
      try {
        const result = await contestant.run(files.get(contestant.pairs)!, join(folder, 'out'))
        if (result.trades !== trades) throw new Error(`${contestant.name} used ${result.trades} of ${trades} trades`)
        runs.get(contestant)!.push(result)
        console.error(`${contestant.name}: ${result.cpuSeconds.toFixed(2)} CPU-s, ${result.wallSeconds.toFixed(2)} s`)
      } finally {
        rmSync(folder, { recursive: true })
      }
    }
  const rows = [...runs].map(([{ name, pairs }, all]) => ({ name, pairs, ...summary(all) }))
  console.log(render(rows))
  if (!save) return
  const path = join(import.meta.dirname, '../results', `${save}.json`)
  writeFileSync(path, `${JSON.stringify({ ...around, trades, rows }, null, 2)}\n`)
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
  }
}

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
