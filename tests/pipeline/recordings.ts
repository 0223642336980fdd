import { execFile, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** Recorded trades, kept beside the repository. */
export const DATA = join(import.meta.dirname, '../../../shared/data')

/** The ingestor's settings for a recording. Only the lines of the capture name their pair. */
export const RECORDINGS = [
  { file: 'kraken-rest-trades-xbtusdt.json', pair: 'BTC/USDT' },
  { file: 'kraken-trades-bcheur.csv', pair: 'BCH/EUR' },
  { file: 'binance-aggtrades-xrpeth.json.gz', pair: 'XRP/ETH' },
  { file: 'binance-futures-ws-capture.txt.gz', pair: undefined },
] as const

/** Why the recordings cannot be judged here; undefined if they can. */
export function lacking(): string | undefined {
  if (!existsSync(DATA)) return `no recorded trades at ${DATA}`
  if (spawnSync('python3', ['--version']).status !== 0)
    return 'no python3, which recomputes the candles independently (on Debian: apt install python3)'
  return undefined
}

/** A final candle computed by recompute.py: prices and sums are exact decimals, as text. */
export interface ExactRow {
  readonly pair: string
  readonly interval: string
  readonly open_time_ms: number
  readonly [field: string]: string | number | boolean | null
}

/** The recording's candles with sma_7, ema_7 and rsi_14, computed by recompute.py. */
export async function recompute(file: string, pair: string | undefined, intervals: string): Promise<ExactRow[]> {
  const script = join(import.meta.dirname, 'recompute.py')
  const args = [script, join(DATA, file), pair ?? '*', intervals]
  const { stdout } = await promisify(execFile)('python3', args, { maxBuffer: 1 << 28 })
  return JSON.parse(stdout) as ExactRow[]
}
