import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Measured } from './measured.ts'
import { backfill, replay } from './pipeline.ts'
import { makeVenv, PYTHON } from './python.ts'
import type { Setup } from './setup.ts'

export interface Contestant {
  readonly name: string
  readonly pairs: number
  run(file: string, out: string, setup: Setup): Promise<Measured>
}

/** The last commit before the ingestor's fast path for files. */
const BEFORE = '6c12018'
const PAIRS = 20

const execute = promisify(execFile)

async function measured(command: string, args: readonly string[]): Promise<Measured> {
  const { stdout } = await execute(command, args, { maxBuffer: 1 << 24 })
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Measured
}

async function compute(root: string, file: string, out: string, args: readonly string[]): Promise<Measured> {
  const program = join(root, 'bench/history/compute.ts')
  return measured(process.execPath, ['--max-semi-space-size=8', program, '--file', file, ...args, '--out', out])
}

const python = (name: string, program: string): Contestant => ({
  name,
  pairs: PAIRS,
  run: (file, out) => measured(PYTHON, [join(import.meta.dirname, program), file, `${out}.parquet`]),
})

/** `npm run compute` of a commit. Candles of 1h only make so few rows that the cost of a trade shows. */
function computes(ref?: string): Contestant[] {
  const of = (pairs: number, what: string, ...args: readonly string[]): Contestant => ({
    name: `npm run compute${what}${ref === undefined ? '' : ` (${ref})`}`,
    pairs,
    run: async (file, out, setup) => compute(await setup.root(ref), file, out, args),
  })
  const hourly = [1, PAIRS, 100, 500].map(pairs =>
    of(pairs, `, ${pairs} pairs, 1h only`, '--threads', '0', '--intervals', '1h'),
  )
  return [
    of(PAIRS, ''),
    of(PAIRS, ', one further thread', '--threads', '1'),
    ...hourly,
    of(500, ', 500 pairs'),
    of(500, ', 500 pairs, no further thread', '--threads', '0'),
  ]
}

/** The services of a commit, through Kafka. */
function throughKafka(trades: number, ref?: string): Contestant[] {
  const named = (what: string) => `${what}${ref === undefined ? '' : ` (${ref})`}`
  const around = async (setup: Setup, file: string) => ({
    root: await setup.root(ref),
    brokers: (await setup.broker()).brokers,
    file,
    trades,
    // The older commit compiled its files at each start.
    env: ref === undefined ? {} : { NODE_DISABLE_COMPILE_CACHE: '1' },
  })
  return [
    {
      name: named('replay → candles → indicators'),
      pairs: PAIRS,
      run: async (file, _out, setup) => replay(await around(setup, file), await rowsOf(file)),
    },
    {
      name: named('npm run backfill'),
      pairs: PAIRS,
      run: async (file, _out, setup) => backfill(await around(setup, file), PAIRS),
    },
  ]
}

const rowsByFile = new Map<string, Promise<number>>()

/** @returns how many rows the services will publish: as many as `npm run compute` writes. */
function rowsOf(file: string): Promise<number> {
  const rows = rowsByFile.get(file) ?? countRows(file)
  rowsByFile.set(file, rows)
  return rows
}

async function countRows(file: string): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'candlewick-history-'))
  try {
    const { rows } = await compute(join(import.meta.dirname, '../..'), file, join(folder, 'out'), ['--threads', '0'])
    return rows
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** @param compare another commit, whose `npm run compute` is measured, too */
export function contestants(trades: number, compare: string | undefined): Contestant[] {
  const own = [
    ...computes(),
    ...(compare === undefined ? [] : computes(compare)),
    ...throughKafka(trades),
    ...throughKafka(trades, BEFORE),
  ]
  const problem = makeVenv()
  if (problem) {
    console.error(`DuckDB and Polars are not measured: ${problem}`)
    return own
  }
  return [python('DuckDB + TA-Lib', 'duckdb_talib.py'), python('Polars + TA-Lib', 'polars_talib.py'), ...own]
}
