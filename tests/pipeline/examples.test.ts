import { execFile, spawnSync } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { kafkaLog } from '@candlewick/kafka'
import type { FeatureRow, Trade } from '@candlewick/market-data'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { LargeTrade } from '../../examples/large-trades/large-trades.ts'
import { hasPython as hasClientPython, pythonEnvironment } from '../python-environment.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { compute, market, sinceMinutesAgo } from './market.ts'
import { readTopic, valuesOf } from './topics.ts'

const ROOT = join(import.meta.dirname, '../..')
const EXAMPLES = join(ROOT, 'examples')
const brokers = inject('brokers')
const log = kafkaLog({ brokers: brokers.split(','), clientId: 'examples-test' })
const TIMEOUT_MS = 180_000

afterAll(() => log.close())

/** The large trades of the trades in a topic, computed in the plainest way. */
function expected(trades: readonly Trade[]): string[] {
  const values = Map.groupBy(trades, ({ pair }) => pair)
  return [...values.values()].flatMap(of => {
    let mean = 0
    return of.flatMap(({ pair, trade_id, price, qty }, i) => {
      const isLarge = i >= 100 && price * qty >= 10 * mean
      mean += (price * qty - mean) / Math.min(i + 1, 100)
      return isLarge ? [`${pair} ${trade_id}`] : []
    })
  })
}

it(
  'large-trades publishes every large trade once on a broker, through a kill -9 and an added partition',
  async () => {
    const { prefix, start } = await market(brokers, 50)
    await start('trades-ingestor').ready()
    const main = join(EXAMPLES, 'large-trades/main.ts')
    const published = async () => valuesOf<LargeTrade>(await readTopic(log, `${prefix}large-trades`).catch(() => []))
    const first = start('large-trades', main)
    await expect.poll(published, { timeout: 60_000 }).not.toEqual([])
    await first.kill()
    await log.topics.grow(`${prefix}trades`, 3)
    const seen = (await published()).length
    const second = start('large-trades', main)
    await expect.poll(async () => (await published()).length, { timeout: 60_000 }).toBeGreaterThan(seen + 2)
    expect(second.output).toContain('"times":')
    const trades = async () => valuesOf<Trade>(await readTopic(log, `${prefix}trades`))
    const found = (await published()).map(({ pair, trade_id }) => `${pair} ${trade_id}`)
    const right = expected((await trades()).sort((a, b) => a.trade_id - b.trade_id))
    expect(new Set(found).size).toBe(found.length)
    expect(right).toEqual(expect.arrayContaining(found))
    // All large trades before the last published one have been published too.
    for (const pair of ['BTC/USD', 'ETH/USD']) {
      const of = (list: readonly string[]) => list.filter(text => text.startsWith(pair))
      const last = of(right).indexOf(
        of(found)
          .sort((a, b) => Number(a.slice(8)) - Number(b.slice(8)))
          .at(-1) ?? '',
      )
      expect(new Set(of(found))).toEqual(new Set(of(right).slice(0, last + 1)))
    }
  },
  TIMEOUT_MS,
)

const CONFLUENT = 'confluent-kafka==2.16.1'
const VENV = join(ROOT, `node_modules/.cache/candlewick/${CONFLUENT}`)
const hasPython = spawnSync('python3', ['-c', 'import ensurepip']).status === 0
const run = promisify(execFile)

describe.skipIf(!hasPython)(`in Python with ${CONFLUENT}${hasPython ? '' : ': no python3 with venv here'}`, () => {
  beforeAll(async () => {
    if (existsSync(join(VENV, 'installed'))) return
    try {
      await run('python3', ['-m', 'venv', VENV])
      await run(join(VENV, 'bin/pip'), ['install', '--quiet', CONFLUENT])
      await run('touch', [join(VENV, 'installed')])
    } catch (error) {
      rmSync(VENV, { recursive: true, force: true })
      throw new Error(`${CONFLUENT} cannot be installed from PyPI`, { cause: error })
    }
  }, TIMEOUT_MS)

  it(
    'read_features.py prints the committed feature rows',
    async () => {
      const { prefix, start } = await market(brokers, 5)
      for (const name of ['trades-ingestor', 'candles', 'technical-indicators']) await start(name).ready()
      const topic = `${prefix}technical-indicators`
      await expect.poll(async () => (await readTopic(log, topic)).length, { timeout: 60_000 }).toBeGreaterThan(20)
      const args = ['--brokers', brokers, '--topic', topic, '--group', `${prefix}model`, '--count', '20']
      const { stdout } = await run(join(VENV, 'bin/python'), [join(EXAMPLES, 'python/read_features.py'), ...args])
      const rows = valuesOf<FeatureRow>(await readTopic(log, topic))
      const lines = rows.map(({ pair, interval, close_time_ms }) => `${pair} ${interval} ${close_time_ms} `)
      const printed = stdout.trim().split('\n')
      expect(printed).toHaveLength(20)
      for (const line of printed) expect(lines.some(start => line.startsWith(start))).toBe(true)
      expect(stdout).toContain("'rsi_3':")
    },
    TIMEOUT_MS,
  )
})

const SKLEARN = 'scikit-learn>=1.5,<2'

describe.skipIf(!hasClientPython())(
  `in Python with ${SKLEARN}${hasClientPython() ? '' : ': no python3 of 3.10 or newer here'}`,
  () => {
    let python = ''

    beforeAll(async () => {
      python = join(await pythonEnvironment(['--editable', join(ROOT, 'clients/python'), SKLEARN]), 'python')
    }, 600_000)

    it(
      'train_and_serve.py receives the same features live as from history and from a later recomputation',
      async () => {
        const { prefix, start, restUrl } = await market(brokers, 5)
        for (const name of ['trades-ingestor', 'candles', 'technical-indicators']) await start(name).ready()
        const dataset = await compute('dataset', sinceMinutesAgo(6), { EXCHANGE_REST_URL: restUrl })
        const served = join(temporaryFolder(), 'served.json')
        const topic = `${prefix}technical-indicators`
        await expect.poll(async () => (await readTopic(log, topic)).length, { timeout: 60_000 }).toBeGreaterThan(10)

        const program = join(EXAMPLES, 'python/train_and_serve.py')
        const common = ['--served', served, '--interval', '1s', '--features', 'rsi_3,sma_3,close,volume,trade_count']
        const live = ['--brokers', brokers, '--topic', topic, '--horizon', '5s', '--rows', '30', '--seconds', '60']
        const serving = await run(python, [program, 'serve', '--dataset', dataset, ...common, ...live])
        expect(serving.stdout).toMatch(/Training set: .*'kept': [1-9]\d\d/)
        expect(serving.stdout).toContain('30 live rows: 30 equal later, 0 different')

        // Waits until the windows of all served rows have closed.
        const servedAt = Date.now()
        const trades = async () => valuesOf<Trade>(await readTopic(log, `${prefix}trades`))
        const isLater = async () => (await trades()).filter(({ timestamp_ms }) => timestamp_ms > servedAt + 1000).length
        await expect.poll(isLater, { timeout: 60_000 }).toBeGreaterThan(10)
        const file = join(temporaryFolder(), 'trades.ndjson')
        const sorted = (await trades()).sort((a, b) => a.timestamp_ms - b.timestamp_ms || a.trade_id - b.trade_id)
        writeFileSync(file, sorted.map(trade => `${JSON.stringify(trade)}\n`).join(''))
        const recomputed = await compute('recomputed', ['--file', file])
        const comparing = await run(python, [program, 'compare', '--dataset', recomputed, ...common])
        expect(comparing.stdout).toContain('30 live rows: 30 equal later, 0 different')
        // The dataset that the model was trained on ends earlier, so the comparison reports differences.
        await expect(run(python, [program, 'compare', '--dataset', dataset, ...common])).rejects.toThrow(
          /code.*1|Command failed/,
        )
      },
      TIMEOUT_MS,
    )
  },
)
