import { parseArgs } from 'node:util'
import { columnsOf, EXCHANGE_NAMES, EXCHANGES, type ExchangeName, pairProblem } from '@candlewick/exchanges'

export const USAGE = `usage: npm run backfill -- --pair BTC/USD --from 2026-01-01 [options]
  --pair BTC/USD      a pair; repeat it, or separate several by commas
  --from TIME         the first trade's time at the earliest, e.g. 2026-01-01 or 2026-01-31T12:00:00Z (UTC)
  --to TIME           the end, exclusive; without it a minute ago
  --exchange NAME     ${EXCHANGE_NAMES.join(', ')}: whose history, or whose trades the files hold; without it kraken
  --file PATH         reads this instead of the exchange: CSV, NDJSON or JSON of the layouts in
                      docs/data-quality.md, .gz, .zip or neither; repeat it. --from is not needed then
  --columns LIST      what the columns of CSV files are, where their layout is not known: e.g. time,price,qty,- of pair,
                      trade_id, side, maker_side, buyer_is_maker, price, qty, time, timestamp_ms; - for any other
  --suffix NAME       into topics with this suffix, e.g. -2025, through services of its own that end with it. Without it
                      into the live topic of trades, for the services that run: only before a pair's first trade
For files, --from and --to are your promise that no trade between them is missing: windows without trades there are complete, too.
Trades that are in the topic already are compared, not written again: after a kill, run the same command again. Two runs at the
same time write each trade once, or one is refused by name; so is a changed option that would leave a gap or other rows.
The broker is KAFKA_BROKERS, else that of the running demo, else localhost:9092.`

const OPTIONS = {
  pair: { type: 'string', multiple: true, default: [] as string[] },
  from: { type: 'string' },
  to: { type: 'string' },
  exchange: { type: 'string', default: 'kraken' },
  file: { type: 'string', multiple: true, default: [] as string[] },
  columns: { type: 'string' },
  suffix: { type: 'string', default: '' },
  help: { type: 'boolean', default: false },
} as const

export interface BackfillOptions {
  readonly pairs: readonly string[]
  /** Unix ms; undefined: from the files' first trade. */
  readonly fromMs: number | undefined
  readonly toMs: number | undefined
  readonly exchange: ExchangeName
  readonly files: readonly string[]
  /** Columns of CSV files with an unknown layout. */
  readonly columns: ReturnType<typeof columnsOf> | undefined
  readonly suffix: string
}

const MINUTE_MS = 60_000
/** Without a zone or as free text, a time would be another one on each machine. */
const TIME = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?Z)?$/

function time(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const ms = TIME.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(ms)) throw new Error(`--${name} ${text} is not a time like 2026-01-31 or 2026-01-31T12:00:00Z`)
  return ms
}

function columnsNamed(text: string | undefined) {
  try {
    return text === undefined ? undefined : columnsOf(text)
  } catch (error) {
    throw new Error(`--columns ${text}: ${(error as Error).message}`)
  }
}

/** A suffix usually begins with a dash, and `parseArgs` takes such a value after a space for an option. */
function joinSuffix(args: readonly string[]): string[] {
  const at = args.indexOf('--suffix')
  const suffix = args[at + 1]
  return at < 0 || suffix === undefined ? [...args] : args.toSpliced(at, 2, `--suffix=${suffix}`)
}

/** @returns the options, or undefined for `--help`. @throws Error that names the wrong option */
export function readOptions(args: readonly string[], nowMs = Date.now()): BackfillOptions | undefined {
  const { values } = parseArgs({ args: joinSuffix(args), options: OPTIONS })
  if (values.help) return undefined
  const pairs = [...new Set(values.pair.flatMap(text => text.split(',')))]
  for (const pair of pairs) {
    const problem = pairProblem(pair)
    if (problem !== undefined) throw new Error(`--pair ${pair} ${problem}`)
  }
  if (pairs.length === 0) throw new Error('--pair is missing, e.g. --pair BTC/USD')
  if (!(values.exchange in EXCHANGES))
    throw new Error(`--exchange ${values.exchange} is not ${EXCHANGE_NAMES.join(', ')}`)
  if (!/^[A-Za-z0-9._-]*$/.test(values.suffix))
    throw new Error(`--suffix ${values.suffix} may hold only letters, digits, ".", "_" and "-"`)
  const fromMs = time('from', values.from)
  const fromExchange = values.file.length === 0
  if (fromExchange && fromMs === undefined) throw new Error('--from is missing, e.g. --from 2026-01-01')
  const toMs = time('to', values.to) ?? (fromExchange ? nowMs - MINUTE_MS : undefined)
  if (toMs !== undefined && toMs > nowMs) throw new Error(`--to ${values.to} has not come yet`)
  if (fromMs !== undefined && toMs !== undefined && fromMs >= toMs)
    throw new Error(`--from ${values.from} is not before --to ${values.to ?? 'a minute ago'}`)
  return {
    pairs,
    fromMs,
    toMs,
    files: values.file,
    columns: columnsNamed(values.columns),
    suffix: values.suffix,
    exchange: values.exchange as ExchangeName,
  }
}
