import { describe, expect, it } from 'vitest'
import { costOf, type Measured, type Measurements, SERVICES } from './costs.ts'
import { readOptions } from './options.ts'
import { plan, times } from './plan.ts'
import { report } from './report.ts'

/**
 * Each service takes 0.02 cores, plus 0.0001 for each pair and 0.00002 for each trade a second, and 100 MB plus 0.2 MB for
 * each pair.
 */
const live: readonly Measured[] = SERVICES.flatMap(service =>
  [
    [50, 1000],
    [500, 1000],
    [500, 5000],
  ].map(([pairs = 0, rate = 0]) => ({
    service,
    pairs,
    trades_per_second: rate,
    cpu_cores: 0.02 + 0.0001 * pairs + 0.00002 * rate,
    megabytes: 100 + 0.2 * pairs,
  })),
)
const catchUp = { 'trades-ingestor': 1e6, candles: 1e6, 'technical-indicators': 1e6 }
const peakMegabytes = { 'trades-ingestor': 300, candles: 400, 'technical-indicators': 500 }
const measured: Measurements = { live, catchUp, peakMegabytes }
const planned = (pairs: number, tradesPerSecond: number) => plan({ pairs, tradesPerSecond }, measured)

describe('costs', () => {
  it('are derived from the differences between the measured loads', () => {
    const { cores, megabytes } = costOf('candles', measured)
    expect(cores.base).toBeCloseTo(0.02, 10)
    expect(cores.pair).toBeCloseTo(0.0001, 10)
    expect(cores.trade).toBeCloseTo(0.00002, 10)
    expect(megabytes).toEqual({ base: 100, pair: 0.2 })
  })

  it('are never below the cost of a record while catching up, even if the measurements are noisy', () => {
    const idle = live.map(row => ({ ...row, cpu_cores: 0.02 }))
    const slow = { 'trades-ingestor': 5e4, candles: 2e5, 'technical-indicators': 2e4 }
    expect(costOf('candles', { ...measured, live: idle, catchUp: slow }).cores).toMatchObject({
      trade: 1 / 2e5,
      pair: 0,
    })
    const { trade, pair } = costOf('technical-indicators', { ...measured, live: idle, catchUp: slow }).cores
    expect(trade).toBe(0)
    expect(pair * 60).toBeCloseTo((1 + 1 / 5 + 1 / 15 + 1 / 60) / 2e4, 12)
  })

  it('cannot be derived when a load was not measured', () => {
    expect(() => costOf('candles', { ...measured, live: live.slice(0, 2) })).toThrow(
      /lacks loads of candles.*npm run bench:live/,
    )
  })
})

describe('a plan', () => {
  it('has instances that are at most half busy, and twice as many partitions', () => {
    for (const [pairs, rate] of [
      [1, 1],
      [500, 20_000],
      [2000, 100_000],
      [1_000_000, 40_000_000],
    ] as const) {
      const { partitions, needs } = planned(pairs, rate)
      for (const { cores, instances, megabytes } of needs) {
        expect(cores).toBeLessThanOrEqual(0.5 + 1e-9)
        expect(cores * instances).toBeGreaterThanOrEqual(0.0001 * pairs + 0.00002 * rate)
        expect(megabytes * instances).toBeGreaterThanOrEqual(0.2 * pairs)
      }
      const most = Math.max(...needs.map(n => n.instances))
      expect(partitions).toBe(Math.min(pairs, Math.max(3, 2 * most)))
    }
  })

  it('has, for a small load, one ingestor, two instances of the other services so that one can die, and no more partitions than pairs', () => {
    expect(planned(3, 10)).toMatchObject({
      partitions: 3,
      needs: [{ instances: 1 }, { instances: 2 }, { instances: 2 }],
    })
    expect(planned(1, 10)).toMatchObject({
      partitions: 1,
      needs: [{ instances: 1 }, { instances: 1 }, { instances: 1 }],
    })
  })

  it('reserves memory for catching up, which takes more than keeping up', () => {
    const [ingestor, , indicators] = planned(500, 20_000).needs
    expect(indicators!.megabytesMost).toBe(625)
    expect(ingestor!.megabytesMost).toBe(2 * ingestor!.megabytes)
  })

  it('states the load up to which its partitions suffice, if a plan has an instance for each partition', () => {
    const { partitions, upTo, load } = planned(500, 20_000)
    const full = plan(times(load, (upTo * 0.999) / load.tradesPerSecond), measured)
    const over = plan(times(load, (upTo * 1.001) / load.tradesPerSecond), measured)
    expect(full.needs.find(n => n.service === 'candles')!.instances).toBe(partitions)
    expect(over.needs.find(n => n.service === 'candles')!.instances).toBe(partitions + 1)
  })

  it('grows with the load, and so do the bytes that the brokers receive', () => {
    const [one, two] = [planned(500, 20_000), planned(2000, 80_000)]
    expect(two.bytesPerSecond).toBeCloseTo(4 * one.bytesPerSecond, 5)
    expect(two.partitions).toBeGreaterThan(one.partitions)
  })
})

it('prints partitions, instances, CPU, memory, growth and a million pairs', () => {
  const text = report({ pairs: 500, tradesPerSecond: 20_000 }, { date: '2026-01-01T00:00:00Z', cpu: 'X', ...measured })
  expect(text).toContain('500 pairs, 20,000 trades a second')
  expect(text).toMatch(/candles +│ +2 +│ +0\.25 │/)
  expect(text).toContain('PARTITIONS=')
  expect(text).toMatch(/×8 +│ +4,000 │ +160,000/)
  expect(text).toMatch(/One million pairs, at 40\.00 trades a second each:\n {2}40,000,000 trades/)
  expect(text).toContain('candles: 500 pairs, 5000 trades/s: 0.17 cores, 200 MB')
})

describe('options', () => {
  const read = (text: string) => readOptions(text.split(' ').filter(Boolean))

  it('are the numbers of pairs and trades, or a request for help', () => {
    expect(read('--pairs 500 --trades-per-second 0.5')).toEqual({ pairs: 500, tradesPerSecond: 0.5 })
    expect(read('--help')).toBeUndefined()
  })

  it.each([
    ['', '--pairs is missing'],
    ['--pairs 5', '--trades-per-second is missing'],
    ['--pairs 0 --trades-per-second 1', '--pairs 0 is not a number above 0'],
    ['--pairs many --trades-per-second 1', '--pairs many is not a number above 0'],
    ['--pairs 1.5 --trades-per-second 1', '--pairs 1.5 is not a whole number'],
    ['--pairs 1e9 --trades-per-second 1', '--pairs 1e9 is not a number above 0 and up to 10000000'],
    ['--pairs 5 --trades-per-second -1', /--trades-per-second/],
    ['--pairs 5 --trades-per-second 1 --size 3', /--size/],
  ])('%s: names the mistake', (text, message) => {
    expect(() => read(text)).toThrow(message)
  })
})
