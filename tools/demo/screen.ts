import { stripVTControlCharacters, styleText } from 'node:util'
import { Candle, type FeatureRow } from '@candlewick/market-data'
import Table from 'cli-table3'
import type { InstanceHealth } from './health.ts'
import type { Market } from './market.ts'
import { decimalsOf, figure } from './number.ts'

/** Indicators to show if the rows have them; otherwise the rows' first indicators are shown. */
const FAVOURITES = ['sma_7', 'rsi_14', 'ema_21', 'macd_hist_12_26_9', 'atr_14', 'vwap_session']
const INDICATORS_MAX = 6
const GAP = '  '

interface Column {
  readonly head: string
  readonly cells: readonly string[]
  /** Rank of a column: a narrow terminal shows the columns with the smallest ranks. */
  readonly rank: number
}

/** @returns the whole screen as text of a width: the market, the instances, and the warnings. */
export function screen(
  market: Market,
  health: readonly InstanceHealth[],
  lines: readonly string[],
  width: number,
): string {
  const rows = market.rows()
  const { trades, candles, features, deadLetters } = market.counts
  const counts = `${market.tradesPerSecond().toFixed(1)} trades a second; ${trades} trades, ${candles} candles, ${features} feature rows`
  return [
    ...(rows.length > 0 ? marketTable(market, rows, width) : ['Waiting for the first candle …']),
    '',
    counts + (deadLetters > 0 ? `, ${deadLetters} dead letters` : ''),
    '',
    table(instanceColumns(health)),
    ...lines,
  ]
    .flatMap(text => text.split('\n'))
    .map(line => clipped(line.trimEnd(), width))
    .join('\n')
}

/** @returns the table, and a line that names the columns that are left out. */
function marketTable(market: Market, rows: readonly FeatureRow[], width: number): string[] {
  const columns = marketColumns(market, rows)
  const shown = fitting(columns, width)
  const narrow = columns.filter(column => !shown.includes(column)).map(({ head }) => head)
  const others = indicatorsOf(rows[0]!).length - shownIndicators(rows[0]!).length
  const left = [
    ...(narrow.length > 0 ? [`for lack of width ${narrow.join(', ')}`] : []),
    ...(others > 0 ? [`${others} more indicators`] : []),
  ]
  return [table(shown), ...(left.length > 0 ? [styleText('dim', `Not shown: ${left.join('; ')}`)] : [])]
}

function marketColumns(market: Market, rows: readonly FeatureRow[]): Column[] {
  const column = (head: string, rank: number, cell: (row: FeatureRow, decimals: number) => string): Column => ({
    head,
    rank,
    cells: rows.map(row => cell(row, decimalsOf(row.open, row.high, row.low, row.close))),
  })
  const price = (name: 'open' | 'high' | 'low' | 'close', rank: number) =>
    column(name, rank, (row, decimals) => row[name].toFixed(decimals))
  return [
    column('pair', 0, row => row.pair),
    column('now', 1, (row, decimals) => now(market.live(row.pair), row, decimals)),
    column(`${rows[0]!.interval} candle`, 2, row => new Date(row.open_time_ms).toISOString().slice(11, 19)),
    price('open', 7),
    price('high', 7),
    price('low', 7),
    price('close', 3),
    column('volume', 4, row => figure(row.volume)),
    ...shownIndicators(rows[0]!).map((name, i) =>
      column(name, i < 3 ? 5 : 10 + i, (row, decimals) => figure(row[name], decimals)),
    ),
  ]
}

/** The price of the last trade: green above the last candle's close, red below. */
function now(live: Candle | undefined, row: FeatureRow, decimals: number): string {
  if (!live) return '–'
  const text = live.close.toFixed(decimals)
  if (live.close === row.close) return text
  return styleText(live.close > row.close ? 'green' : 'red', text)
}

function instanceColumns(health: readonly InstanceHealth[]): Column[] {
  const column = (head: string, cell: (instance: InstanceHealth) => string): Column => ({
    head,
    rank: 0,
    cells: health.map(cell),
  })
  return [
    column('instance', ({ name }) => name),
    column('process', ({ pid }) => (pid ? String(pid) : 'this')),
    column('partitions', ({ lag }) => [...lag.keys()].sort((a, b) => a - b).join(' ')),
    column('lag', ({ lag }) => (lag.size > 0 ? String(lag.values().reduce((sum, n) => sum + n, 0)) : '')),
    column('state', ({ state }) => (state === 'ready' ? state : styleText('yellow', state))),
  ]
}

/** Leaves out the columns with the highest ranks until the others fit. */
function fitting(columns: readonly Column[], width: number): readonly Column[] {
  const needed = columns.reduce((sum, column) => sum + widthOf(column) + GAP.length, -GAP.length)
  if (needed <= width || columns.length === 1) return columns
  const last = Math.max(...columns.map(({ rank }) => rank))
  return fitting(
    columns.filter(({ rank }) => rank < last),
    width,
  )
}

const widthOf = ({ head, cells }: Column): number =>
  Math.max(...[head, ...cells].map(text => stripVTControlCharacters(text).length))

/** Numbers are aligned to the right. */
function table(columns: readonly Column[]): string {
  const numeric = ({ cells }: Column) => cells.every(text => /^[\d.–-]*$/.test(stripVTControlCharacters(text)))
  const drawn = new Table({
    head: columns.map(({ head }) => styleText('dim', head)),
    colAligns: columns.map(column => (numeric(column) ? 'right' : 'left')),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    chars: Object.fromEntries(LINES.map(name => [name, name === 'middle' ? GAP : ''])),
  })
  const count = columns[0]?.cells.length ?? 0
  for (let row = 0; row < count; row++) drawn.push(columns.map(({ cells }) => cells[row]!))
  return drawn.toString()
}

const LINES = ['top', 'bottom', 'mid'].flatMap(line => [line, `${line}-mid`, `${line}-left`, `${line}-right`])
LINES.push('left', 'left-mid', 'mid-mid', 'right', 'right-mid', 'middle')

/** Shortens a line that would wrap. */
const clipped = (line: string, width: number): string =>
  stripVTControlCharacters(line).length <= width ? line : `${stripVTControlCharacters(line).slice(0, width - 1)}…`

const indicatorsOf = (row: FeatureRow): string[] => Object.keys(row).filter(name => !(name in Candle.shape))

function shownIndicators(row: FeatureRow): string[] {
  const names = indicatorsOf(row)
  const favourites = FAVOURITES.filter(name => names.includes(name))
  return (favourites.length > 0 ? favourites : names).slice(0, INDICATORS_MAX)
}

/** A feature row as one line, for output that is not a terminal. */
export function rowLine(row: FeatureRow): string {
  const { open, high, low, close, volume } = row
  const decimals = decimalsOf(open, high, low, close)
  const indicators = shownIndicators(row).map(name => `${name} ${figure(row[name], decimals)}`)
  const others = indicatorsOf(row).length - indicators.length
  if (others > 0) indicators.push(`and ${others} more indicators`)
  const prices = `open ${open} high ${high} low ${low} close ${close} volume ${figure(volume)}`
  return `${new Date(row.open_time_ms).toISOString()} ${row.pair} ${row.interval} ${prices}  ${indicators.join(' ')}`
}

/** @returns the instances and their partitions as one line. */
export const healthLine = (health: readonly InstanceHealth[]): string =>
  health
    .map(({ name, state, lag }) => {
      const partitions = [...lag].map(([partition, records]) => `${partition} (lag ${records})`).join(' ')
      return `${name}: ${state}${partitions && `, partitions ${partitions}`}`
    })
    .join('; ')
