import { Malformed } from '../trade.ts'
import { type Column, FIELDS, type Field, fieldOf, isWhole, namedColumns } from './fields.ts'
import type { TimeFormat } from './times.ts'

/**
 * The structure of a file's rows. `ids`: `exchange` ids identify trades; `maybe` ids do so only if they are whole numbers
 * (tardis.dev passes on what each exchange has); with `none` the rows are numbered.
 */
export interface Layout {
  readonly name: string
  readonly columns: readonly Column[]
  readonly time: TimeFormat
  readonly ids: 'exchange' | 'maybe' | 'none'
}

interface KnownCsv extends Layout {
  /** Exact names of the columns, in their order; a header may have them in any order and case. */
  readonly header: readonly string[]
  /** Whether a row of a file without a header has this layout. */
  fits?(row: readonly string[]): boolean
}

const split = (names: string): string[] => names.split(',')
const isFlag = (text: string | undefined): boolean => /^(true|false)$/i.test(text ?? '')
const isNumber = (text: string | undefined): boolean => /^\d+(\.\d*)?(e[+-]?\d+)?$/i.test(text ?? '')
const isSeconds = (text: string | undefined): boolean => /^\d{9,11}(\.\d+)?$/.test(text ?? '')

function csv(
  name: string,
  header: string,
  columns: string,
  own: Omit<KnownCsv, 'name' | 'header' | 'columns'>,
): KnownCsv {
  return { name, header: split(header), columns: split(columns) as Column[], ...own }
}

const BINANCE = { time: 'ms or us', ids: 'exchange' } as const
const BYBIT_SPOT = { time: 'ms', ids: 'none' } as const

/**
 * The files that exchanges and vendors publish. Sources: Kraken's downloadable time and sales; data.binance.vision and
 * github.com/binance/binance-public-data; public.bybit.com; docs.tardis.dev/downloadable-csv-files;
 * api.bitcoincharts.com/v1/csv; cryptodatadownload.com; Coinbase Exchange's GET /products/…/trades, whose side is the
 * maker's.
 */
const KNOWN: readonly KnownCsv[] = [
  csv('Candlewick trades', 'pair,trade_id,side,price,qty,timestamp_ms', 'pair,trade_id,side,price,qty,timestamp_ms', {
    time: 'ms',
    ids: 'exchange',
  }),
  csv('Kraken or bitcoincharts time and sales', 'timestamp,price,volume', 'time,price,qty', {
    // With a header, the columns have these names in other files too, whose times may have another unit.
    time: 'digits',
    ids: 'none',
    fits: row => row.length === 3 && isSeconds(row[0]),
  }),
  csv(
    'Binance spot trades',
    'id,price,qty,quoteQty,time,isBuyerMaker,isBestMatch',
    'trade_id,price,qty,-,time,buyer_is_maker,-',
    { ...BINANCE, fits: row => row.length === 7 && isFlag(row[5]) && isFlag(row[6]) },
  ),
  csv(
    'Binance spot aggregate trades',
    'agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker,is_best_match',
    'trade_id,price,qty,-,-,time,buyer_is_maker,-',
    { ...BINANCE, fits: row => row.length === 8 && isFlag(row[6]) && isFlag(row[7]) },
  ),
  csv(
    'Binance futures trades',
    'id,price,qty,quote_qty,time,is_buyer_maker',
    'trade_id,price,qty,-,time,buyer_is_maker',
    {
      ...BINANCE,
      fits: row => row.length === 6 && isFlag(row[5]) && isNumber(row[4]),
    },
  ),
  csv(
    'Binance coin-margined futures trades',
    'id,price,qty,base_qty,time,is_buyer_maker',
    'trade_id,price,qty,-,time,buyer_is_maker',
    BINANCE,
  ),
  csv(
    'Binance futures aggregate trades',
    'agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker',
    'trade_id,price,qty,-,-,time,buyer_is_maker',
    { ...BINANCE, fits: row => row.length === 7 && isFlag(row[6]) && isNumber(row[5]) },
  ),
  csv('Bybit spot trades', 'id,timestamp,price,volume,side,rpi', '-,time,price,qty,side,-', BYBIT_SPOT),
  csv('Bybit spot trades', 'id,timestamp,price,volume,side', '-,time,price,qty,side', BYBIT_SPOT),
  csv(
    'Bybit futures trades',
    'timestamp,symbol,side,size,price,tickDirection,trdMatchID,grossValue,homeNotional,foreignNotional',
    'time,pair,side,qty,price,-,-,-,-,-',
    { time: 's', ids: 'none' },
  ),
  csv(
    'Bybit futures trades',
    'timestamp,symbol,side,size,price,tickDirection,trdMatchID,grossValue,homeNotional,foreignNotional,RPI',
    'time,pair,side,qty,price,-,-,-,-,-,-',
    { time: 's', ids: 'none' },
  ),
  csv(
    'tardis.dev trades',
    'exchange,symbol,timestamp,local_timestamp,id,side,price,amount',
    'exchange,pair,time,-,trade_id,side,price,qty',
    { time: 'us', ids: 'maybe' },
  ),
  csv('Coinbase trades', 'time,trade_id,price,size,side', 'time,trade_id,price,qty,maker_side', {
    time: 'iso',
    ids: 'exchange',
  }),
  csv('Coinbase trades', 'time,trade_id,product_id,price,size,side', 'time,trade_id,pair,price,qty,maker_side', {
    time: 'iso',
    ids: 'exchange',
  }),
  csv('CryptoDataDownload trades', 'unix,date,symbol,tid,side,price,amount', 'time,-,pair,trade_id,side,price,qty', {
    time: 'digits',
    ids: 'maybe',
  }),
  csv('CryptoDataDownload trades', 'unix,date,symbol,side,price,amount', 'time,-,pair,side,price,qty', {
    time: 'digits',
    ids: 'none',
  }),
]

/** Rows of JSON documents, which are arrays. */
const ROWS: readonly (Layout & { fits(row: readonly string[]): boolean })[] = [
  {
    name: 'Kraken REST trades',
    columns: ['price', 'qty', 'time', 'side', '-', '-', 'trade_id'],
    time: 's',
    ids: 'exchange',
    fits: row => row.length === 7 && /^[bs]$/.test(row[3] ?? '') && /^[lm]$/.test(row[4] ?? ''),
  },
  {
    name: 'Kraken REST trades without ids',
    columns: ['price', 'qty', 'time', 'side', '-', '-'],
    time: 's',
    ids: 'none',
    fits: row => row.length === 6 && /^[bs]$/.test(row[3] ?? '') && /^[lm]$/.test(row[4] ?? ''),
  },
  {
    name: 'ccxt trades',
    columns: ['time', 'trade_id', '-', 'side', 'price', 'qty', '-'],
    time: 'ms',
    ids: 'exchange',
    fits: row => row.length === 7 && /^(buy|sell)$/.test(row[3] ?? ''),
  },
]

/** First lines of CryptoDataDownload's files, above the header: its address, or a disclaimer. */
export const isPreamble = (line: string): boolean => /^\W*(https?:\/\/)?\S*cryptodatadownload/i.test(line)

const plain = (name: string): string => name.trim().toLowerCase().replace(/[ _]/g, '')

/** @returns the columns' names in a canonical form; a layout is recognised by all of its names, in any order. */
const keyOf = (names: readonly string[]): string => names.map(plain).sort().join()

/** @returns the columns of a known layout in the order of this header. */
function inOrderOf(header: readonly string[], known: KnownCsv): readonly Column[] {
  const places = known.header.map(plain)
  return header.map(name => known.columns[places.indexOf(plain(name))]!)
}

const looksLikeHeader = (row: readonly string[]): boolean =>
  row.length > 1 && !row.some(isNumber) && row.every(cell => /[a-z]/i.test(cell))

/**
 * Recognises a CSV file by its first row, or by the columns that its user names.
 * @returns its layout, and whether that row is a header
 * @throws Malformed for an unknown layout, with the columns of the row and how to name them
 */
export function csvLayout(row: readonly string[], named?: readonly Column[]): { layout: Layout; isHeader: boolean } {
  const isHeader = looksLikeHeader(row)
  if (named) return { layout: { name: 'columns as named', columns: named, time: 'digits', ids: 'exchange' }, isHeader }
  const layout = isHeader ? knownHeader(row) : KNOWN.find(({ fits }) => fits?.(row))
  if (layout) return { layout, isHeader }
  throw unknownLayout(row.join(), 'csv')
}

/**
 * A header behind the first row, as in files that were joined.
 * @param header names of the file's own columns, undefined where it has no header
 * @returns whether the row is a header of the same columns
 * @throws Malformed for a header of other columns, because the rows behind it would be read wrongly
 */
export function isHeaderAgain(row: readonly string[], layout: Layout, header: readonly string[] | undefined): boolean {
  if (!looksLikeHeader(row)) return false
  if (header?.map(plain).join() === row.map(plain).join()) return true
  const known = knownHeader(row)
  if (known?.columns.join() === layout.columns.join()) return true
  if (!known && row.filter(fieldOf).length < 2) return false
  throw new Malformed(
    `a header of other columns, ${row.join().slice(0, 200)}, behind the first rows: split the file there`,
  )
}

/** @returns the layout that a header names. */
function knownHeader(row: readonly string[]): Layout | undefined {
  const exact = KNOWN.filter(({ header }) => keyOf(header) === keyOf(row))
  const known = exact.find(({ header }) => header.join() === row.join()) ?? exact[0]
  if (known) return { ...known, columns: inOrderOf(row, known) }
  const columns = namedColumns(row.map(name => name.trim()))
  return columns && { name: 'columns with our names', columns, time: 'digits', ids: 'exchange' }
}

/** @returns the layout of rows that are arrays. @throws Malformed for an unknown layout */
export function rowLayout(row: readonly string[]): Layout {
  const layout = ROWS.find(({ fits }) => fits(row))
  if (!layout) throw unknownLayout(row.join(), 'json')
  return layout
}

/** @param seen the columns' names, or the first row */
export function unknownLayout(seen: string, format: 'csv' | 'json'): Malformed {
  const what = format === 'csv' ? 'unknown columns' : 'unknown fields'
  const text = seen.slice(0, 200).replace(/[^\P{Cc}\t]/gu, '\uFFFD')
  return new Malformed(`${what}: ${text}: ${remedyOf(text, format)}`)
}

function remedyOf(seen: string, format: 'csv' | 'json'): string {
  if (/\bopen\b.*\bhigh\b.*\blow\b.*\bclose\b/i.test(seen)) return 'these are candles, and only trades can be read'
  if (format === 'json')
    return 'give the trades the fields pair, trade_id, side, price, qty and timestamp_ms, or write them as CSV and name its columns'
  if (seen.includes('\uFFFD'))
    return 'this is no UTF-8 text: unpack it, or convert it, e.g. with iconv -f UTF-16 -t UTF-8'
  const other = seen.includes(',') ? undefined : /[;\t|]/.exec(seen)?.[0]
  if (other !== undefined)
    return `its cells are separated by ${other === '\t' ? 'tabs' : other} and not by commas: convert the file`
  return `name the columns, e.g. REPLAY_COLUMNS=time,price,qty,- or --columns time,price,qty,- (of ${FIELDS.join(', ')}; - for any other)`
}

/** @returns the columns of a list such as `time,price,qty,-`. @throws Malformed that names the problem of the list */
export function columnsOf(text: string): readonly Column[] {
  const columns = text.split(',').map(name => name.trim()) as (Field | '-')[]
  for (const column of columns)
    if (column !== '-' && !FIELDS.includes(column))
      throw new Malformed(`${column || 'an empty name'} is not a column: ${FIELDS.join(', ')}, or - for any other`)
  if (!isWhole(columns)) throw new Malformed(`${text} must name price, qty and one of time and timestamp_ms, each once`)
  return columns
}
