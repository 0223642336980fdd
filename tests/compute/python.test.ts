import { execFileSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { hasVenv, PYTHON } from '../../bench/history/python.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { computeLines, computeTo } from './computed.ts'

const isPossible = existsSync(PYTHON) && hasVenv()
if (!isPossible)
  console.warn(
    'Datasets are not read by DuckDB, pyarrow and Polars here: `npm run bench -- --set history` makes their environment',
  )

const T0 = 1_767_225_600_000

const PROGRAM = `
import sys, json
import duckdb, polars as pl, pyarrow.parquet as pq
folder = sys.argv[1] + "/features"
duckdb.sql("set timezone = 'UTC'")
query = f"""select pair, interval, epoch_ms(open_time_ms) as t, close, sma_3, typeof(open_time_ms) as type
            from '{folder}/**/*.parquet' order by pair, interval, t"""
by_duckdb = [list(row) for row in duckdb.sql(query).fetchall()]
table = pq.read_table(folder)
frame = pl.scan_parquet(folder, hive_partitioning=True).sort("pair", "interval", "open_time_ms").collect()
times = frame["open_time_ms"].dt.epoch("ms").to_list()
by_polars = [list(row) for row in zip(frame["pair"], frame["interval"], times, frame["close"], frame["sma_3"])]
print(json.dumps({"duckdb": by_duckdb, "polars": by_polars, "pyarrow": str(table.schema.field("open_time_ms").type),
                  "polars_type": str(frame.schema["open_time_ms"]), "rows": table.num_rows}))
`

it.skipIf(!isPossible)(
  'DuckDB, pyarrow and Polars read the dataset as it was computed, with UTC timestamps',
  { timeout: 60_000 },
  async () => {
    const out = join(temporaryFolder(), 'dataset')
    const file = join(temporaryFolder(), 'trades.csv')
    const lines = Array.from(
      { length: 400 },
      (_, i) => `P${i % 2}/USD,${1 + (i >> 1)},buy,${1 + i / 7},1,${T0 + i * 5000}\n`,
    )
    writeFileSync(file, `pair,trade_id,side,price,qty,timestamp_ms\n${lines.join('')}`)
    await computeTo(out, ['--file', file, '--threads', '0'])
    const rows = (await computeLines(['--file', file]))
      .map(text => JSON.parse(text))
      .map(({ pair, interval, open_time_ms, close, sma_3 }) => [pair, interval, open_time_ms, close, sma_3])
      .sort((a, b) => (a[0] + a[1] === b[0] + b[1] ? a[2] - b[2] : a[0] + a[1] < b[0] + b[1] ? -1 : 1))
    const read = JSON.parse(execFileSync(PYTHON, ['-c', PROGRAM, out]).toString())
    expect(read.duckdb).toEqual(rows.map(row => [...row, 'TIMESTAMP WITH TIME ZONE']))
    expect(read.polars).toEqual(rows)
    expect(read).toMatchObject({ pyarrow: 'timestamp[ms, tz=UTC]', rows: rows.length })
    expect(read.polars_type).toContain("time_zone='UTC'")
  },
)
