import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Candle } from '@candlewick/market-data'
import { describe, expect, it, vi } from 'vitest'
import { DATA, RECORDINGS } from '../pipeline/recordings.ts'
import { computeLines, SETTINGS, series } from './computed.ts'
import golden from './nautilus-bars.json' with { type: 'json' }

vi.setConfig({ testTimeout: 60_000 })

type Golden = readonly (readonly [
  open: string,
  high: string,
  low: string,
  close: string,
  volume: string,
  count: number,
])[]

const recordings: Record<string, Record<string, Golden>> = golden.recordings as never

describe('bars of recorded trades are those of NautilusTrader, with the trade that crosses the threshold whole:', () => {
  for (const [file, bars] of Object.entries(recordings))
    it(file, async ({ skip }) => {
      const path = join(DATA, file)
      if (!existsSync(path)) skip(`no recorded trades at ${path}`)
      const { pair } = RECORDINGS.find(one => one.file === file)!
      const settings = {
        ...SETTINGS,
        candles: { intervals: ['1m', ...Object.keys(bars)], emptyCandles: 'flat' as const },
      }
      const found = series(await computeLines(['--file', path, '--pair', pair!, '--rows', 'candles'], settings))
      for (const [name, expected] of Object.entries(bars)) {
        const ours = found[`${pair} ${name}`]!.map(text => JSON.parse(text) as Candle)
        const rows = ours.map(c => [c.open, c.high, c.low, c.close, c.volume, c.trade_count])
        expect(rows, name).toEqual(expected.map(row => row.map(Number)))
      }
    })
})
