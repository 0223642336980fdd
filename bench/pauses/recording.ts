import { writeFileSync } from 'node:fs'

export interface Recording {
  readonly pairs: number
  readonly tradesPerSecond: number
  readonly seconds: number
}

/** A recording of perfectly regular trades: each pair has a trade at a fixed interval (ms), the first one now. */
export function writeRecording(file: string, { pairs, tradesPerSecond, seconds }: Recording): void {
  const startMs = Date.now()
  const lines = ['pair,trade_id,side,price,qty,timestamp_ms']
  for (let i = 0; i < tradesPerSecond * seconds; i++)
    for (let p = 0; p < pairs; p++) {
      const at = Math.floor(startMs + (i * 1000) / tradesPerSecond)
      lines.push(`C${String(p).padStart(4, '0')}/USD,${i + 1},${i % 3 ? 'buy' : 'sell'},${100 + (i % 7)},0.5,${at}`)
    }
  writeFileSync(file, `${lines.join('\n')}\n`)
}
