import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FeatureRow } from '@candlewick/market-data'
import { createLogger, startService } from '@candlewick/service'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../../../tests/temporary-folder.ts'
import { technicalIndicators } from '../src/service.ts'
import { Candles } from './candles.ts'

/** The mean of the last three closes, times a factor. */
const meanTimes = (factor: number) => `
import { define, rollingAverage } from '@candlewick/indicators'
const average = rollingAverage(3)
export const mean = define({
  name: 'mean',
  make: () => ({
    outputs: [''],
    warmup: 2,
    initial: () => average.initial(),
    update: (state, { close }) => [average.next(state, close) * ${factor}],
  }),
})`

/** Counts its candles since it began, and fails at each close above 111. */
const FRAGILE = `
import { define } from '@candlewick/indicators'
export const fragile = define({
  name: 'fragile',
  make: () => ({
    outputs: [''],
    warmup: 0,
    initial: () => ({ seen: 0 }),
    update(state, { close, open_time_ms }) {
      if (close > 111 && open_time_ms > 1_767_225_600_000) throw new Error('too dear')
      return [++state.seen]
    },
  }),
})`

function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = join(temporaryFolder(), 'features')
  mkdirSync(folder)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

const silent = createLogger('test', 'silent')
const sma = (rows: readonly FeatureRow[], factor = 1) => rows.map(row => Number(row.sma_3) * factor)

it('adds a feature to a running system with the values that it would have had from the start', async () => {
  const FEATURES = folderOf({ 'mean.ts': meanTimes(1) })
  const candles = new Candles()
  await candles.birth()
  await candles.write(15)
  await candles.move()
  await candles.write(10)
  await candles.served({ INDICATORS: 'sma:3' }, 25)
  await candles.write(5)
  await candles.served({ FEATURES, INDICATORS: 'sma:3; mean' }, 30)
  const rows = candles.rows().slice(25)
  expect(rows.map(row => row.mean)).toEqual(sma(rows))
})

it('warms up a feature that changes while it runs, and ignores a file with an error', async () => {
  const FEATURES = folderOf({ 'mean.ts': meanTimes(1), 'fragile.ts': FRAGILE })
  const lines: string[] = []
  const logger = createLogger('test', 'info', { write: line => void lines.push(line) })
  const candles = new Candles()
  await candles.birth()
  await candles.write(10)
  const env = { FEATURES, INDICATORS: 'sma:3; mean; fragile' }
  const service = await startService(technicalIndicators, { env, log: candles.log, logger })
  await expect.poll(() => candles.rows().length).toBe(10)
  writeFileSync(join(FEATURES, 'mean.ts'), 'const mean = =')
  await expect.poll(() => lines.join('\n')).toMatch(/The changed features are wrong.*/)
  expect(lines.join('\n')).toMatch(/FEATURES=\S+: \S+mean\.ts: line 1 of \S+mean\.ts does not parse/)
  await candles.write(5)
  await expect.poll(() => candles.rows().length).toBe(15)
  writeFileSync(join(FEATURES, 'mean.ts'), meanTimes(-2))
  await expect.poll(() => lines.join('\n')).toMatch(/The features have changed/)
  await expect.poll(() => service.ready()).toBeUndefined()
  await candles.write(15)
  await expect.poll(() => candles.rows().length).toBe(30)
  await service.stop()
  const rows = candles.rows()
  expect(rows.slice(2, 15).map(row => row.mean)).toEqual(sma(rows.slice(2, 15)))
  expect(rows.slice(15).map(row => row.mean)).toEqual(sma(rows.slice(15), -2))
  // The other feature's state went on: it counts candles since its last failure, before the change and behind it.
  let count = 0
  for (const row of rows) {
    const fails = row.close > 111 && row !== rows[0]
    count = fails ? 0 : count + 1
    expect(row.fragile).toBe(fails ? null : count)
  }
})

it('keeps the features that it has when a changed file has an endless loop, and takes the next change', async () => {
  const FEATURES = folderOf({ 'mean.ts': meanTimes(1) })
  const lines: string[] = []
  const logger = createLogger('test', 'info', { write: line => void lines.push(line) })
  const candles = new Candles()
  await candles.birth()
  await candles.write(10)
  const env = { FEATURES, INDICATORS: 'sma:3; mean', FEATURE_TIMEOUT_MS: '2000' }
  const service = await startService(technicalIndicators, { env, log: candles.log, logger })
  await expect.poll(() => candles.rows().length).toBe(10)
  writeFileSync(join(FEATURES, 'mean.ts'), `while (true);\n${meanTimes(3)}`)
  await expect.poll(() => lines.join('\n')).toMatch(/\/mean\.ts has not been loaded within 2 s: an endless loop/)
  await candles.write(5)
  await expect.poll(() => candles.rows().length).toBe(15)
  writeFileSync(join(FEATURES, 'mean.ts'), meanTimes(-2))
  await expect.poll(() => lines.join('\n')).toMatch(/The features have changed/)
  await expect.poll(() => service.ready()).toBeUndefined()
  await candles.write(5)
  await expect.poll(() => candles.rows().length).toBe(20)
  await service.stop()
  const rows = candles.rows()
  expect(rows.slice(2, 15).map(row => row.mean)).toEqual(sma(rows.slice(2, 15)))
  expect(rows.slice(15).map(row => row.mean)).toEqual(sma(rows.slice(15), -2))
})

it('counts and logs what a feature does wrong; the other fields are those of a system without it', async () => {
  const lines: string[] = []
  const logger = createLogger('test', 'info', { write: line => void lines.push(line) })
  const candles = new Candles()
  await candles.birth()
  await candles.write(40)
  const env = { FEATURES: folderOf({ 'fragile.ts': FRAGILE }), INDICATORS: 'sma:3; fragile; rsi:14' }
  const service = await startService(technicalIndicators, { env, log: candles.log, logger })
  await expect.poll(() => candles.rows().length).toBe(40)
  const metrics = await service.metrics.metrics()
  await service.stop()
  const rows = candles.rows()
  const failures = rows.slice(1).filter(row => row.close > 111)
  expect(failures.length).toBeGreaterThan(1)
  expect(metrics).toMatch(
    new RegExp(`candlewick_feature_mistakes_total\\{feature="fragile",problem="throws".*\\} ${failures.length}`),
  )
  const said = lines.map(line => JSON.parse(line)).filter(({ msg }) => /The feature fragile failed/.test(msg))
  const window = new Date(failures[0]!.open_time_ms).toISOString()
  expect(said).toHaveLength(1)
  expect(said[0]).toMatchObject({
    level: 'warn',
    feature: 'fragile',
    problem: 'throws',
    example: { pair: 'BTC/USD', interval: '1m', window, detail: 'Error: too dear' },
  })
  const without = new Candles()
  await without.birth()
  await without.write(40)
  await without.served({ INDICATORS: 'sma:3; rsi:14' }, 40)
  expect(rows.map(({ fragile: _, ...row }) => row)).toEqual(without.rows())
})

it('refuses wrong features at its start, with file and remedy', async () => {
  const env = { FEATURES: folderOf({ 'mean.ts': meanTimes(1).replace('warmup: 2', 'warmup: 5') }), INDICATORS: 'mean' }
  await expect(startService(technicalIndicators, { env, log: new Candles().log, logger: silent })).rejects.toThrow(
    /^FEATURES=\S+: \S+mean\.ts: mean: warmup is 5, but 2 candles come before the first value: make warmup 2$/,
  )
})
