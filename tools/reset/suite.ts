import type { Candle, FeatureRow } from '@candlewick/market-data'
import type { ServiceDefinition } from '@candlewick/service'
import type { Log } from '@candlewick/streams'
import { expect, it } from 'vitest'
import { candles } from '../../services/candles/src/service.ts'
import { technicalIndicators } from '../../services/technical-indicators/src/service.ts'
import { envFile, expected, INTERVALS, MINUTE_MS, someTrades, sorted, start, valuesOf, writeTrades } from './harness.ts'
import { reset, untilHosted } from './reset.ts'

const SERVICES = [candles, technicalIndicators] as unknown as readonly ServiceDefinition[]
const WAIT = { timeout: 60_000 }

/** Tests of a reset on any log; every call of `makeLog` opens a client of the same cluster. */
export function resetSuite(makeLog: () => Log, brokers: string): void {
  let runs = 0

  async function setUp() {
    const prefix = `reset-${process.pid}-${Date.now()}-${runs++}-`
    const log = makeLog()
    const own = envFile({
      KAFKA_BROKERS: brokers,
      TOPIC_PREFIX: prefix,
      CANDLE_INTERVALS: INTERVALS.join(','),
      PARTITIONS: '2',
      INDICATORS: 'sma:2',
    })
    const trades = { name: `${prefix}trades`, partitions: 2, config: {} }
    await log.topics.create([trades])
    await untilHosted(log, [trades])
    const said: string[] = []
    const run = (group: string, options: { yes?: boolean; fromMs?: number } = {}) =>
      reset(
        { group, fromMs: options.fromMs, envFile: own.file, yes: options.yes ?? false },
        { environment: {}, env: own.read(), log, report: line => said.push(line) },
      )
    const begin = () => start(SERVICES, own.read(), makeLog)
    const topic = (name: string) => prefix + name
    const t0 = Math.floor(Date.now() / MINUTE_MS / 60) * 60 * MINUTE_MS - 60 * MINUTE_MS
    return { log, topic, run, begin, said, own, t0 }
  }

  it('computes everything again under new names, each window once and right, also across moves, and leaves the old topics unchanged', async () => {
    const on = await setUp()
    const trades = someTrades(on.t0, 20)
    const until = await writeTrades(on.log, on.topic('trades'), trades, { moved: true })
    const all = expected(trades, until, on.t0)
    const first = await on.begin()
    await expect
      .poll(async () => (await valuesOf(on.log, on.topic('technical-indicators'))).length, WAIT)
      .toBe(all.length)

    await expect(on.run('candles', { yes: true })).rejects.toThrow(/candles has a running member \(http.*Stop them/)
    await first.stop()
    const before = await valuesOf(on.log, on.topic('candles'))

    await on.run('candles')
    expect(on.said.at(-1)).toMatch(/Nothing is done yet/)
    expect((await on.log.topics.partitions([on.topic('candles-2')])).get(on.topic('candles-2'))).toBe(0)

    await on.run(on.topic('candles'), { yes: true })
    expect(on.own.read()).toMatchObject({
      CANDLES_GROUP: 'candles-2',
      CANDLES_TOPIC: 'candles-2',
      TECHNICAL_INDICATORS_GROUP: 'technical-indicators-2',
      TECHNICAL_INDICATORS_TOPIC: 'technical-indicators-2',
      PARTITIONS: '2',
    })
    const second = await on.begin()
    await expect
      .poll(async () => (await valuesOf(on.log, on.topic('technical-indicators-2'))).length, WAIT)
      .toBe(all.length)
    await second.stop()
    expect(sorted(await valuesOf<Candle>(on.log, on.topic('candles-2')))).toEqual(all)
    const rows = sorted(await valuesOf<FeatureRow>(on.log, on.topic('technical-indicators-2')))
    expect(rows.map(({ sma_2: _, ...candle }) => candle)).toEqual(all)
    expect(await valuesOf(on.log, on.topic('candles'))).toEqual(before)
    await on.log.close()
  })

  it('makes technical-indicators alone start over, also a second time', async () => {
    const on = await setUp()
    const trades = someTrades(on.t0, 10)
    const until = await writeTrades(on.log, on.topic('trades'), trades)
    const all = expected(trades, until, on.t0)
    for (const name of ['technical-indicators', 'technical-indicators-2', 'technical-indicators-3']) {
      const services = await on.begin()
      await expect.poll(async () => (await valuesOf(on.log, on.topic(name))).length, WAIT).toBe(all.length)
      await services.stop()
      await on.run('technical-indicators', { yes: true })
    }
    expect(on.own.read()).not.toHaveProperty('CANDLES_TOPIC')
    expect(sorted(await valuesOf<Candle>(on.log, on.topic('candles')))).toEqual(all)
    await on.log.close()
  })

  it('computes again from a time on: the first windows are incomplete, the others right', async () => {
    const on = await setUp()
    const early = someTrades(on.t0, 10)
    await writeTrades(on.log, on.topic('trades'), early)
    await new Promise(resolve => setTimeout(resolve, 50))
    const fromMs = Date.now()
    await new Promise(resolve => setTimeout(resolve, 50))
    // The reset begins in the middle of a minute.
    const later = someTrades(on.t0 + 10 * MINUTE_MS + 30_000, 10, 1000)
    const until = await writeTrades(on.log, on.topic('trades'), later, { born: false })
    await on.run('candles', { yes: true, fromMs })
    expect(on.said.join('\n')).toMatch(/trades\/0: starts at offset [1-9]\d* \(the partition ends at \d+\)/)
    const all = expected(later, until, on.t0 + 11 * MINUTE_MS)
    const services = await on.begin()
    await expect
      .poll(async () => (await valuesOf(on.log, on.topic('technical-indicators-2'))).length, WAIT)
      .toBe(all.length)
    await services.stop()
    const made = sorted(await valuesOf<Candle>(on.log, on.topic('candles-2')))
    expect(made).toEqual(all)
    expect(made.filter(({ complete }) => !complete).length).toBeGreaterThan(0)
    expect(made.filter(({ complete }) => complete).length).toBeGreaterThan(20)
    await on.log.close()
  })
}
