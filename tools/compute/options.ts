import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { FORMATS, type Format, type Kind } from '@candlewick/dataset'
import { columnsOf, EXCHANGE_NAMES, EXCHANGES, type ExchangeName, pairProblem } from '@candlewick/exchanges/history'
import { CandleInterval } from '@candlewick/market-data'

export const USAGE = `usage: npm run compute -- --file trades.csv.gz --out dataset [options]
       npm run compute -- --exchange kraken --pair BTC/USD,ETH/USD --from 2026-01-01 --to 2026-02-01 --out dataset
  --file PATH         recorded trades, .gz and .zip too; repeat it, the oldest file first
  --exchange NAME     ${EXCHANGE_NAMES.join(', ')}: takes the trades from the exchange's history instead
  --columns LIST      what a CSV file's columns are, where its layout is not known, e.g. time,price,qty,-
  --pair BTC/USD      a pair; repeat it, or separate several by commas. Without it all pairs of the files
  --from TIME         the first trade's time at the earliest, e.g. 2026-01-01 or 2026-01-31T12:00:00Z (UTC)
  --to TIME           the end, exclusive; without it the end of the files, or a minute ago
  --out FOLDER        the dataset: candles/ and features/interval=1m/date=2026-01-31/…; - writes rows to the output
  --format NAME       ${FORMATS.join(', ')}; without it parquet, to the output ndjson
  --rows NAME         candles or features: what --out - writes; without it features
  --intervals 1m,5m   also bars, e.g. tick:500; without it CANDLE_INTERVALS
  --indicators TEXT   e.g. "sma:7; rsi:14"; without it INDICATORS or INDICATORS_FILE
  --features PATH     a folder or file of your own features; without it FEATURES
  --threads N         beside the reading one; without it none for fewer than 100 pairs, else one for each further core, up to 3
For files, --from and --to are your promise that no trade between them is missing: windows without trades there are complete, too.
Run the same command again after a kill: it starts from the beginning, but fetches nothing from the exchange twice. A second
process, or another command, for the same folder is refused by name.`

const OPTIONS = {
  file: { type: 'string', multiple: true, default: [] as string[] },
  exchange: { type: 'string' },
  columns: { type: 'string' },
  pair: { type: 'string', multiple: true, default: [] as string[] },
  from: { type: 'string' },
  to: { type: 'string' },
  out: { type: 'string' },
  format: { type: 'string' },
  rows: { type: 'string', default: 'features' },
  intervals: { type: 'string' },
  indicators: { type: 'string' },
  features: { type: 'string' },
  threads: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const

const NO_SIMULATED =
  '--exchange simulated: the simulated exchange exists only while npm start runs it. Name the exchange whose interface a running ' +
  `one has (${EXCHANGE_NAMES.join(', ')}) with --exchange, and its address with EXCHANGE_REST_URL; or compute a file with --file`

export interface ComputeOptions {
  /** Identifies the trades; a repeated command has the same identification. */
  readonly trades: string
  readonly files: readonly string[]
  readonly exchange: ExchangeName | undefined
  /** Columns of CSV files with an unknown layout. */
  readonly columns: ReturnType<typeof columnsOf> | undefined
  /** Undefined: all pairs of the files. */
  readonly pairs: readonly string[] | undefined
  /** Unix ms. */
  readonly fromMs: number | undefined
  readonly toMs: number | undefined
  /** The dataset's folder; undefined: the standard output. */
  readonly out: string | undefined
  readonly format: Format
  readonly rows: Kind
  readonly intervals: readonly string[] | undefined
  readonly indicators: string | undefined
  readonly features: string | undefined
  readonly threads: number | undefined
}

const TIME = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?Z)?$/
const listOf = (text: string): string[] => [...new Set(text.split(',').map(part => part.trim()))]

function time(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const ms = TIME.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(ms)) throw new Error(`--${name} ${text} is not a time like 2026-01-31 or 2026-01-31T12:00:00Z`)
  return ms
}

/** @returns the intervals, each once. @throws Error that names an invalid interval */
export function intervalsOf(text: string): string[] {
  const intervals = listOf(text)
  for (const interval of intervals) {
    const { error } = CandleInterval.safeParse(interval)
    if (error) throw new Error(`"${interval}" ${error.issues[0]?.message}`)
  }
  return intervals
}

function oneOf<T extends string>(name: string, text: string, allowed: readonly T[]): T {
  const found = allowed.find(item => item === text)
  if (!found) throw new Error(`--${name} ${text} is not ${allowed.join(', ')}`)
  return found
}

/** @returns undefined if only help is requested. @throws Error that names the wrong option */
export function readOptions(args: readonly string[], nowMs = Date.now()): ComputeOptions | undefined {
  const { values } = parseArgs({ args: [...args], options: OPTIONS })
  if (values.help) return undefined
  const { file: files, columns, from, to, out, threads } = values
  if (values.exchange === 'simulated') throw new Error(NO_SIMULATED)
  const exchange = values.exchange === undefined ? undefined : oneOf('exchange', values.exchange, EXCHANGE_NAMES)
  if (files.length === 0 && !exchange) throw new Error('--file or --exchange is missing, e.g. --file trades.csv.gz')
  if (files.length > 0 && exchange) throw new Error('--file and --exchange exclude each other')
  const pairs = [...new Set(values.pair.flatMap(listOf))]
  for (const pair of pairs) {
    const problem = pairProblem(pair)
    if (problem !== undefined) throw new Error(`--pair ${pair} ${problem}`)
  }
  if (exchange && pairs.length === 0) throw new Error('--pair is missing, e.g. --pair BTC/USD')
  if (exchange) EXCHANGES[exchange]({ pairs })
  if (out === undefined) throw new Error('--out is missing, e.g. --out dataset')
  const isPipe = out === '-'
  const format = oneOf('format', values.format ?? (isPipe ? 'ndjson' : 'parquet'), FORMATS)
  if (isPipe && format === 'parquet') throw new Error('--out - needs --format ndjson or csv')
  if (threads !== undefined && !/^([0-9]|1[0-6])$/.test(threads)) throw new Error(`--threads ${threads} is not 0 to 16`)
  return {
    trades: JSON.stringify({ files: files.map(file => resolve(file)), exchange, columns, pairs, from, to }),
    files,
    exchange,
    columns: columns === undefined ? undefined : columnsOf(columns),
    pairs: pairs.length > 0 ? pairs : undefined,
    ...times({ from, to, exchange, nowMs }),
    out: isPipe ? undefined : out,
    format,
    rows: oneOf('rows', values.rows, ['features', 'candles'] as const),
    intervals: values.intervals === undefined ? undefined : intervalsOf(values.intervals),
    indicators: values.indicators,
    features: values.features,
    threads: threads === undefined ? undefined : Number(threads),
  }
}

interface Times {
  readonly from: string | undefined
  readonly to: string | undefined
  readonly exchange: string | undefined
  readonly nowMs: number
}

const MINUTE_MS = 60_000

function times({ from, to, exchange, nowMs }: Times): Pick<ComputeOptions, 'fromMs' | 'toMs'> {
  const fromMs = time('from', from)
  if (exchange && fromMs === undefined) throw new Error('--from is missing, e.g. --from 2026-01-01')
  const toMs = time('to', to) ?? (exchange ? nowMs - MINUTE_MS : undefined)
  if (toMs !== undefined && toMs > nowMs) throw new Error(`--to ${to} has not come yet`)
  if (fromMs !== undefined && toMs !== undefined && fromMs >= toMs)
    throw new Error(`--from ${from} is not before --to ${to ?? 'a minute ago'}`)
  return { fromMs, toMs }
}
