import { Candle, type FeatureRow } from '@candlewick/market-data'
import Table from 'cli-table3'
import { number } from '../tail/format.ts'
import type { InstanceHealth } from './health.ts'
import type { Market } from './market.ts'

/** Shown first where the service has them; else whatever it has. */
const FAVOURITES = ['sma_7', 'ema_21', 'rsi_14', 'macd_hist_12_26_9', 'atr_14', 'vwap_session']
const MOST_INDICATORS = 6
/** What the columns before the indicators and one indicator take, in characters. */
const MARKET_WIDTH = 92
const INDICATOR_WIDTH = 15

/** The whole screen as text for so many columns: the market, then who does what, then how to go on. */
export function screen(
  market: Market,
  health: readonly InstanceHealth[],
  lines: readonly string[],
  width: number,
): string {
  const most = Math.max(1, Math.floor((width - MARKET_WIDTH) / INDICATOR_WIDTH))
  const rows = market.rows()
  const { trades, candles, features, deadLetters } = market.counts
  const counts = `${trades} trades (${market.tradesPerSecond().toFixed(1)} a second), ${candles} candles, ${features} feature rows`
  return [
    rows.length > 0 ? marketTable(market, rows, most) : 'Waiting for the first candle …',
    counts + (deadLetters > 0 ? `, ${deadLetters} dead letters` : ''),
    instanceTable(health),
    ...lines,
  ].join('\n')
}

function marketTable(market: Market, rows: readonly FeatureRow[], most: number): string {
  const indicators = shownIndicators(rows[0]!).slice(0, most)
  const candle = ['open', 'high', 'low', 'close', 'volume'] as const
  const table = new Table({
    head: ['pair', 'now', `${rows[0]!.interval} candle`, ...candle, ...indicators],
    colAligns: ['left', 'right', 'left', ...[...candle, ...indicators].map(() => 'right' as const)],
    style: { head: [], border: [], compact: true },
  })
  for (const row of rows)
    table.push([
      row.pair,
      cell(market.live(row.pair)?.close),
      new Date(row.open_time_ms).toISOString().slice(11, 19),
      ...candle.map(name => cell(row[name])),
      ...indicators.map(name => cell(row[name])),
    ])
  return table.toString()
}

function instanceTable(health: readonly InstanceHealth[]): string {
  const table = new Table({
    head: ['instance', 'state', 'partitions (lag)'],
    style: { head: [], border: [], compact: true },
  })
  for (const { name, state, lag } of health) table.push([name, state, partitions(lag)])
  return table.toString()
}

const partitions = (lag: InstanceHealth['lag']): string =>
  [...lag].map(([p, records]) => `${p} (${records})`).join('  ')

function shownIndicators(row: FeatureRow): string[] {
  const names = Object.keys(row).filter(name => !(name in Candle.shape))
  const favourites = FAVOURITES.filter(name => names.includes(name))
  return (favourites.length > 0 ? favourites : names).slice(0, MOST_INDICATORS)
}

const cell = (value: unknown): string => (typeof value === 'number' ? number(value) : '–')

/** A feature row as one line, for output that is not a terminal. */
export function rowLine(row: FeatureRow): string {
  const indicators = shownIndicators(row).map(name => `${name} ${cell(row[name])}`)
  const { open, high, low, close, volume } = row
  const prices = `open ${open} high ${high} low ${low} close ${close} volume ${number(volume)}`
  return `${new Date(row.open_time_ms).toISOString()} ${row.pair} ${row.interval} ${prices}  ${indicators.join(' ')}`
}

/** Who does what, as one line. */
export const healthLine = (health: readonly InstanceHealth[]): string =>
  health
    .map(({ name, state, lag }) => `${name}: ${state}${lag.size > 0 ? `, partitions ${partitions(lag)}` : ''}`)
    .join('; ')
