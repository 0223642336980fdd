import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { kafkaLog } from '@candlewick/kafka'
import type { FeatureRow } from '@candlewick/market-data'
import { afterAll, expect, inject, it, onTestFinished, vi } from 'vitest'
import { tradeText } from '../../services/trades-ingestor/src/records.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { ServiceProcess } from './process.ts'
import { runTool } from './tool.ts'
import { readTopic, readToTheEnd, valuesOf } from './topics.ts'

vi.setConfig({ testTimeout: 300_000 })

const T0 = 1_767_225_600_000
const HOUR_MS = 3_600_000
const INTERVALS = '1m,5m,1h'
const brokers = inject('brokers')
const log = kafkaLog({ brokers: brokers.split(','), clientId: 'own-features-test' })
let tests = 0

afterAll(() => log.close())

/** Topics, groups and features of a test's own. */
function place() {
  const prefix = `own-${process.pid}-${tests++}-`
  const features = join(temporaryFolder(), 'features')
  cpSync(join(import.meta.dirname, '../../examples/features'), features, { recursive: true })
  const env = { KAFKA_BROKERS: brokers, TOPIC_PREFIX: prefix, PARTITIONS: '2', CANDLE_INTERVALS: INTERVALS }
  const start = (name: string, own: Record<string, string> = {}) => {
    const service = new ServiceProcess(name, { ...env, ...own })
    onTestFinished(() => service.kill())
    return service
  }
  const replay = async (file: string) => {
    const ingestor = start('trades-ingestor', { EXCHANGE: 'replay', REPLAY_FILE: file })
    expect(await ingestor.ended, ingestor.output).toBe(0)
  }
  const readAll = async () => {
    await readToTheEnd(brokers, log, `${prefix}candles`, `${prefix}trades`)
    await readToTheEnd(brokers, log, `${prefix}technical-indicators`, `${prefix}candles`)
  }
  const rows = async () => valuesOf<FeatureRow>(await readTopic(log, `${prefix}technical-indicators`))
  return { prefix, features, env, start, replay, readAll, rows }
}

/** Trades of six pairs every half minute. @returns the file of those from one hour up to another */
function recording(fromHours: number, toHours: number): string {
  const file = join(temporaryFolder(), 'trades.ndjson')
  const lines: string[] = []
  for (let ms = fromHours * HOUR_MS; ms < toHours * HOUR_MS; ms += 30_000)
    for (let p = 0; p < 6; p++) {
      const id = 1 + ms / 30_000
      const price = (100 + p + ((id * 7919 + p * 31) % 101) / 17).toFixed(4)
      const side = id % 3 === 0 ? 'sell' : 'buy'
      lines.push(
        tradeText({
          pair: `P${p}/USD`,
          trade_id: id,
          side,
          price,
          qty: (0.1 + (id % 5)).toFixed(8),
          timestamp_ms: T0 + ms + p,
        }),
      )
    }
  writeFileSync(file, `${lines.join('\n')}\n`)
  return file
}

const keyOf = ({ pair, interval, open_time_ms }: FeatureRow) => `${pair} ${interval} ${open_time_ms}`
const byKey = (rows: readonly FeatureRow[]) => new Map(rows.map(row => [keyOf(row), row]))

/** What `npm run compute` makes of the recordings. */
async function computed(files: readonly string[], env: Record<string, string>): Promise<Map<string, FeatureRow>> {
  const tool = runTool('compute', [...files.flatMap(file => ['--file', file]), '--out', '-'], env)
  expect(await tool.ended, tool.output().slice(-2000)).toBe(0)
  const lines = tool
    .stdout()
    .split('\n')
    .filter(line => line.startsWith('{'))
  return byKey(lines.map(line => JSON.parse(line) as FeatureRow))
}

it('features that are added to a running system have the values of compute, through a restart, a kill, a change and an added partition', async () => {
  const { prefix, features, env, start, replay, readAll, rows } = place()
  const files = [recording(0, 3), recording(3, 5), recording(5, 7)] as const
  const [candles, before] = [start('candles'), start('technical-indicators', { INDICATORS: 'sma:3' })]
  await Promise.all([candles.ready(), before.ready()])
  await replay(files[0])
  await readAll()
  const published = (await rows()).length
  expect(await before.stop(), before.output).toBe(0)

  // Added: warmed up from the retained candles.
  const own = { FEATURES: features, INDICATORS: 'sma:3; spread_ratio:5; streak; hourly_trend:2' }
  const first = start('technical-indicators', own)
  await first.ready()
  // Partitions are added, so that pairs move; the instance is killed, and two others take over.
  for (const topic of ['trades', 'candles', 'technical-indicators']) await log.topics.grow(`${prefix}${topic}`, 4)
  const replaying = replay(files[1])
  await expect.poll(async () => (await rows()).length, { timeout: 60_000 }).toBeGreaterThan(published)
  await first.kill()
  const instances = [start('technical-indicators', own), start('technical-indicators', own)]
  await Promise.all([replaying, ...instances.map(instance => instance.ready())])
  await readAll()
  const unchanged = (await rows()).length

  // Changed while the service runs: the feature starts from nothing, and is warm; the others go on.
  const file = join(features, 'streak.ts')
  writeFileSync(file, readFileSync(file, 'utf8').replace('[state.length, state.gain]', '[-state.length, state.gain]'))
  for (const instance of instances) await instance.says(/^The features have changed/)
  await Promise.all(instances.map(instance => instance.ready()))
  await replay(files[2])
  await readAll()
  for (const instance of instances) expect(await instance.stop(), instance.output).toBe(0)

  const all = await rows()
  expect(new Set(all.map(keyOf)).size).toBe(all.length)
  const changed = await computed(files, { ...env, ...own })
  expect(all.length).toBe(changed.size)
  const added = all.filter(row => 'streak_length' in row)
  const right = { ...env, ...own, FEATURES: join(import.meta.dirname, '../../examples/features') }
  const original = await computed(files, right)
  const isFlipped = (row: FeatureRow) => row.open_time_ms >= T0 + 5 * HOUR_MS
  expect(
    [...byKey(added)].filter(
      ([key, row]) => JSON.stringify(row) !== JSON.stringify((isFlipped(row) ? changed : original).get(key)),
    ),
  ).toEqual([])
  expect(added.length).toBe(all.length - published)
  expect(unchanged).toBeLessThan(all.length)
  const values = ['spread_ratio_5', 'streak_length', 'hourly_trend_place_2', 'hourly_trend_momentum_2']
  const cold = added.filter(row => row.interval !== '1h' && values.some(name => row[name] === null))
  expect(cold).toEqual([])
})

it('a feature in an endless loop is named, the process is killed, and after a correction of the file the pair continues', async () => {
  const { features, start, replay, readAll, rows } = place()
  const loop = (body: string) => `
import { define } from '@candlewick/indicators'
export const loop = define({
  name: 'loop',
  make: () => ({ outputs: [''], warmup: 0, initial: () => ({ seen: 0 }), update(state, candle) { ${body}; return [++state.seen] } }),
})`
  const at = T0 + 20 * 60_000
  writeFileSync(join(features, 'loop.ts'), loop(`while (candle.pair === 'P3/USD' && candle.open_time_ms === ${at});`))
  const own = { FEATURES: features, INDICATORS: 'sma:3; loop', FEATURE_TIMEOUT_MS: '2000' }
  const [candles, hanging] = [start('candles'), start('technical-indicators', own)]
  await Promise.all([candles.ready(), hanging.ready()])
  const file = recording(0, 2)
  await replay(file)
  // The health check fails while it hangs: the loop blocks the thread that answers.
  const timedOut = vi.waitFor(
    async () => {
      const answer = await fetch(`${hanging.url}/healthz`, { signal: AbortSignal.timeout(500) }).then(
        () => 'answers',
        String,
      )
      expect(answer).toMatch(/Timeout/)
    },
    { timeout: 60_000, interval: 50 },
  )
  await Promise.all([timedOut, hanging.ended])
  expect(hanging.exitCode).toBeNull()
  const last = await hanging.says(/has not come back from update/)
  expect(last).toMatchObject({
    level: 'fatal',
    service: 'technical-indicators',
    feature: 'loop',
    series: 'P3/USD 1m',
    window: new Date(at).toISOString(),
  })
  writeFileSync(join(features, 'loop.ts'), loop(''))
  const corrected = start('technical-indicators', own)
  await corrected.ready()
  await readAll()
  const found = (await rows()).filter(row => row.pair === 'P3/USD' && row.interval === '1m')
  expect(found.map(row => row.loop)).toEqual(found.map((_, i) => i + 1))
  expect(found.some(row => row.open_time_ms === at)).toBe(true)
})
