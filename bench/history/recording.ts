import { createWriteStream, existsSync, mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'

const FOLDER = join(import.meta.dirname, '../../node_modules/.cache/candlewick/history')
const T0 = 1_767_225_600_000
const DAY_MS = 86_400_000
const LINES = 5000

/** A generator of numbers in [0, 1) (Marsaglia's xorshift32). */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}

/**
 * Writes a CSV file of one day's trades in the order of time, with the busiest pairs first. The file is kept for the next run.
 */
export async function recording(trades: number, pairs: number): Promise<string> {
  const file = join(FOLDER, `trades-${trades}-${pairs}.csv`)
  if (existsSync(file)) return file
  mkdirSync(FOLDER, { recursive: true })
  await pipeline(() => lines(trades, pairs), createWriteStream(`${file}.tmp`))
  renameSync(`${file}.tmp`, file)
  return file
}

function* lines(trades: number, pairs: number): Generator<string> {
  const next = random(7)
  const ids = new Float64Array(pairs)
  const prices = Float64Array.from({ length: pairs }, (_, i) => 64_000 / (i + 1) ** 2)
  yield 'pair,trade_id,side,price,qty,timestamp_ms\n'
  for (let i = 0; i < trades; ) {
    let text = ''
    for (const end = Math.min(trades, i + LINES); i < end; i++) {
      const pair = Math.floor(pairs * next() ** 2)
      prices[pair]! *= 1 + (next() - 0.5) * 1e-4
      const ms = T0 + Math.floor((i / trades) * DAY_MS)
      const side = next() < 0.5 ? 'buy' : 'sell'
      text += `P${pair}/USD,${++ids[pair]!},${side},${prices[pair]!.toFixed(6)},${(1e-8 + next()).toFixed(8)},${ms}\n`
    }
    yield text
  }
}
