import type { Candle } from '../src/index.ts'

export const CANDLE: Candle = {
  pair: 'BTC/USD',
  interval: '1m',
  open_time_ms: 1_767_225_600_000,
  close_time_ms: 1_767_225_660_000,
  open: 64_000.1,
  high: 64_010,
  low: 63_990,
  close: 64_005.5,
  volume: 1.2345,
  quote_volume: 79_012.34,
  vwap: 64_003.51,
  trade_count: 87,
  buy_volume: 0.7,
  first_trade_id: 71_234_567,
  last_trade_id: 71_234_653,
  complete: true,
}
