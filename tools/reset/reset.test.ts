import { writeFileSync } from 'node:fs'
import { readConfig } from '@candlewick/service'
import { MemoryCluster, memoryLog } from '@candlewick/streams'
import { describe, expect, it } from 'vitest'
import { setVariables } from './env-file.ts'
import { envFile } from './harness.ts'
import { generation, generationOf, startingOver } from './names.ts'
import { readOptions } from './options.ts'
import { reset } from './reset.ts'
import { startOffset } from './start-offset.ts'
import { resetSuite } from './suite.ts'

describe('on a log in memory', () => {
  const cluster = new MemoryCluster()
  resetSuite(() => memoryLog(cluster), 'localhost:1')
})

it('chooses the first names that no topic has', async () => {
  const cluster = new MemoryCluster()
  const log = memoryLog(cluster)
  for (const topic of ['trades', 'candles', 'candles-2', 'technical-indicators-3-changelog']) cluster.grow(topic, 1)
  const { file, read } = envFile({})
  await reset(
    { group: 'candles', fromMs: undefined, envFile: file, yes: true },
    { environment: {}, env: {}, log, report() {} },
  )
  expect(read().CANDLES_TOPIC).toBe('candles-4')
  expect(read().TECHNICAL_INDICATORS_GROUP).toBe('technical-indicators-4')
})

it('refuses wrong options, and names the right ones', async () => {
  const log = memoryLog(new MemoryCluster())
  const run = (group: string, env = {}) =>
    reset({ group, fromMs: undefined, envFile: '/nowhere', yes: true }, { environment: {}, env, log, report() {} })
  await expect(run('trades-ingestor')).rejects.toThrow(
    /trades-ingestor is not a group .* candles and technical-indicators$/,
  )
  await expect(run('candles')).rejects.toThrow('Topic trades does not exist')
  await expect(run('candles', { CONSUMER_GROUP: 'mine' })).rejects.toThrow(
    'CONSUMER_GROUP=mine is set for all services',
  )
})

it('counts generations from the configured names', () => {
  const config = readConfig({}, { CANDLES_TOPIC: 'bars-7', TOPIC_PREFIX: 'x-' })
  const streams = startingOver('x-candles', config)
  expect(generationOf(streams, config)).toBe(7)
  expect(generation(streams, config, 8)).toMatchObject({ CANDLES_TOPIC: 'bars-8', CANDLES_GROUP: 'candles-8' })
})

it('finds the first record since a time, and skips offsets without records', async () => {
  let now = 1000
  const clock = { now: () => now, wall: () => now, sleep: async () => {} }
  const cluster = new MemoryCluster(clock)
  cluster.grow('t', 2)
  const log = memoryLog(cluster)
  const producer = await log.producer('p')
  for (now of [1000, 2000, 2000, 3000, 3000, 3000, 9000])
    await producer.transact([{ topic: 't', partition: 0, key: 'a', value: '1' }])
  const at = (ms: number) => startOffset(log, 't', 0, ms)
  const plain = async (ms: number) => {
    for await (const records of log.read('t', 0, 0, (await log.offsets('t', 0)).end))
      for (const { offset, timestamp } of records) if (timestamp >= ms) return offset
    return (await log.offsets('t', 0)).end
  }
  for (const ms of [0, 1000, 1001, 2000, 2500, 3000, 3001, 9000]) {
    // The offsets in between hold the end of a transaction, at which reading may start as well.
    const found = await at(ms)
    for await (const records of log.read('t', 0, found, (await log.offsets('t', 0)).end)) {
      expect(records[0]?.offset).toBe(await plain(ms))
      break
    }
  }
  expect(await at(9001)).toBeGreaterThan(await plain(9000))
  expect(await startOffset(log, 't', 1, 0)).toBe(0)
})

it('changes lines of the file of variables and adds missing ones', () => {
  const { file, read } = envFile({ A: '1', B: '2' })
  writeFileSync(file, '# mine\nA=1\n  B=2\n# C=3')
  setVariables(file, { B: 'x', C: 'y' })
  expect(read()).toEqual({ A: '1', B: 'x', C: 'y' })
  setVariables(`${file}.new`, { D: 'z' })
})

describe('options', () => {
  const read = (text: string) => readOptions(text.split(' ').filter(Boolean), Date.parse('2026-02-01'))
  it('are the group, the start, the file of settings and the consent, or a request for help', () => {
    const given = read('--group candles --from 2026-01-31T12:00:00Z --yes')
    expect(given).toEqual({ group: 'candles', fromMs: Date.parse('2026-01-31T12:00Z'), envFile: '.env', yes: true })
    expect(read('--help')).toBeUndefined()
  })
  it.each([
    ['', '--group is missing'],
    ['--group candles --from yesterday', '--from yesterday is not a time'],
    ['--group candles --from 2027-01-01', '--from 2027-01-01 is in the future'],
    ['--group candles --force', /--force/],
  ])('%s: rejects it', (text, message) => {
    expect(() => read(text)).toThrow(message)
  })
})
