import { parseArgs } from 'node:util'
import { EXCHANGE_NAMES, EXCHANGES, type ExchangeName } from '@candlewick/exchanges'
import { Interval, isBar } from '@candlewick/market-data'

export const USAGE = `usage: npm run audit -- --pair BTC/USD [options]
  --pair BTC/USD      a pair; repeat it, or separate several by commas
  --hours 24          how many hours back
  --interval 1m       the interval of the candles
  --exchange NAME     the exchange to compare with: ${EXCHANGE_NAMES.join(', ')} (kraken)
Compares the final candles of the topic with the exchange's own: open, high, low, close, volume and trade count. Exits with
code 1 if any differ. The broker is KAFKA_BROKERS, else that of the running demo, else localhost:9092.`

const OPTIONS = {
  pair: { type: 'string', multiple: true, default: [] as string[] },
  hours: { type: 'string', default: '24' },
  interval: { type: 'string', default: '1m' },
  exchange: { type: 'string', default: 'kraken' },
  help: { type: 'boolean', default: false },
} as const

export interface AuditOptions {
  readonly pairs: readonly string[]
  readonly hours: number
  readonly interval: string
  readonly exchange: ExchangeName
}

/** @returns undefined if the arguments ask for help. @throws Error that names the wrong option */
export function readOptions(args: readonly string[]): AuditOptions | undefined {
  const { values } = parseArgs({ args: [...args], options: OPTIONS })
  if (values.help) return undefined
  const { exchange, interval } = values
  const pairs = [...new Set(values.pair.flatMap(text => text.split(',')))]
  if (pairs.length === 0) throw new Error('--pair is missing, e.g. --pair BTC/USD')
  if (!(exchange in EXCHANGES)) throw new Error(`--exchange ${exchange} is not one of ${EXCHANGE_NAMES.join(', ')}`)
  const hours = Number(values.hours)
  if (!(hours > 0)) throw new Error(`--hours ${values.hours} is not a number greater than 0`)
  if (isBar(interval))
    throw new Error(`--interval ${interval} is a bar, and exchanges publish candles of time only: use e.g. 1m`)
  if (!Interval.safeParse(interval).success) throw new Error(`--interval ${interval} is not an interval, e.g. 1m`)
  const { intervals } = EXCHANGES[exchange as ExchangeName]({ pairs: [] }).ohlc
  if (!intervals.includes(interval))
    throw new Error(`${exchange} has no ${interval} candles, only ${intervals.join(', ')}`)
  return { pairs, hours, interval, exchange: exchange as ExchangeName }
}
