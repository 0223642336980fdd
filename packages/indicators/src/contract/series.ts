import type { Bar } from '../bar.ts'

/** Kinds of series. They use only a linear congruential generator and + − · /, so that tools/goldens/make.py computes the same bits. */
export const KINDS = ['walk', 'trend', 'flat', 'zero_volume', 'huge', 'tiny', 'gaps', 'ticks'] as const
export type Kind = (typeof KINDS)[number]

const SCALE: Partial<Record<Kind, number>> = { huge: 1e12, tiny: 1e-7 }

/** @returns uniform numbers in [0, 1): x → 1664525 x + 1013904223 mod 2³² (Numerical Recipes). */
export function uniform(seed: number): () => number {
  let x = seed
  return () => {
    x = (1664525 * x + 1013904223) % 4294967296
    return x / 4294967296
  }
}

/** @returns how far a candle's price moves, relative to the price, and how much its wicks add at most. */
function shape(kind: Kind, i: number, u: number): [move: number, wick: number] {
  if (kind === 'trend') return [(i % 1000 < 500 ? 0.004 : -0.004) + 0.002 * (u - 0.5), 0.001]
  if (kind === 'flat') return i % 400 < 150 ? [0.02 * (u - 0.5), 0.004] : [0, 0]
  if (kind === 'gaps') return [i % 50 === 0 ? 0.4 * (u - 0.5) : 0.01 * (u - 0.5), 0.003]
  return [0.02 * (u - 0.5), 0.006]
}

const tick = (price: number): number => Math.floor(price * 4 + 0.5) / 4

export function series(kind: Kind, length: number): Bar[] {
  const random = uniform(kind.length * 7919)
  let last = 100 * (SCALE[kind] ?? 1)
  return Array.from({ length }, (_, i) => {
    const [move, wick] = shape(kind, i, random())
    const start = random() < 0.7 ? last : last * (1 + wick * (random() - 0.5))
    last = start * (1 + move)
    const top = Math.max(start, last) * (1 + wick * random())
    const bottom = Math.min(start, last) * (1 - wick * random())
    const traded = 50 * random()
    const prices = [start, top, bottom, last].map(price => (kind === 'ticks' ? tick(price) : price))
    if (kind === 'ticks') last = prices[3]!
    const [open, high, low, close] = prices as [number, number, number, number]
    const volume = (kind === 'zero_volume' && i % 300 >= 100) || wick === 0 ? 0 : traded
    return { ...rest(i, volume, (high + low + close) / 3), open, high, low, close, volume }
  })
}

/** The candle's fields that TA-Lib does not use, and the periods of its MAVP. */
export const rest = (i: number, volume: number, vwap: number) => ({
  open_time_ms: 1_767_225_600_000 + i * 60_000,
  quote_volume: volume * vwap,
  buy_volume: volume * ((i % 11) / 10),
  trade_count: Math.ceil(volume),
  vwap,
  periods: 1 + ((i * 7) % 40),
})
