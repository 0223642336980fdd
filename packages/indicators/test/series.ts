import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Bar } from '../src/bar.ts'
import * as general from '../src/contract/series.ts'

/** The series of tools/goldens/make.py, bit by bit. */
export const KINDS = [...general.KINDS, 'patterns'] as const
export type Kind = (typeof KINDS)[number]

export const series = (kind: Kind, length: number): Bar[] =>
  kind === 'patterns' ? patterns(general.uniform(kind.length * 7919), length) : general.series(kind, length)

const TEMPLATES: number[][][] = JSON.parse(readFileSync(join(import.meta.dirname, 'templates.json'), 'utf8'))
const QUIET = 12

/** Whole prices: quiet candles and, between them, rare patterns, some mirrored, some a tick off. */
function patterns(random: () => number, length: number): Bar[] {
  const bars: Bar[] = []
  let close = 2000
  const take = (open: number, high: number, low: number) =>
    bars.push({
      ...general.rest(bars.length, bars.length % 7, (high + low + close) / 3),
      open,
      high,
      low,
      close,
      volume: bars.length % 7,
    })
  while (bars.length < length) {
    for (let i = 0; i < QUIET; i++) {
      const open = close + Math.floor(random() * 3) - 1
      close = open + Math.floor(random() * 7) - 3
      const high = Math.max(open, close) + Math.floor(random() * 3)
      take(open, high, Math.min(open, close) - Math.floor(random() * 3))
    }
    const template = TEMPLATES[Math.floor(random() * TEMPLATES.length)]!
    const [side, base] = [random() < 0.5 ? 1 : -1, close]
    for (const candle of template) {
      const prices = candle.map(offset => {
        const u = random()
        return base + side * offset + (u < 0.02 ? 1 : u > 0.98 ? -1 : 0)
      })
      close = prices[3]!
      take(prices[0]!, Math.max(...prices), Math.min(...prices))
    }
  }
  return bars.slice(0, length)
}
