import { expect, it } from 'vitest'
import { groupTopics, topicTable } from '../src/index.ts'

const DAY_MS = 86_400_000

it('lists each topic of the design with its cleanup, its retention and its writers', () => {
  const rows = Object.values(topicTable()).map(({ name, key, writtenBy, config, ...rest }) => [
    name,
    key,
    'partitions' in rest ? rest.partitions : 'PARTITIONS',
    config['cleanup.policy'],
    'retention.ms' in config ? config['retention.ms'] : undefined,
    writtenBy,
  ])
  expect(rows).toEqual([
    ['trades', 'pair', 'PARTITIONS', 'delete', String(7 * DAY_MS), 'trades-ingestor'],
    ['candles', 'pair', 'PARTITIONS', 'delete', '-1', 'candles'],
    ['candles-live', 'pair', 'PARTITIONS', 'delete', String(DAY_MS / 24), 'candles'],
    ['technical-indicators', 'pair', 'PARTITIONS', 'delete', '-1', 'technical-indicators'],
    ['trades-ingestor-cursors', 'pair', 1, 'compact', undefined, 'trades-ingestor'],
    ['dead-letters', 'key of the input', 1, 'delete', String(30 * DAY_MS), 'all'],
  ])
  for (const { config } of Object.values(topicTable())) expect(config['message.timestamp.type']).toBe('LogAppendTime')
})

it("gives a group's own topics as many partitions as its input", () => {
  const { changelog, handovers } = groupTopics('my-candles')
  expect([changelog.name, changelog.config['cleanup.policy']]).toEqual(['my-candles-changelog', 'compact'])
  expect(changelog.config['delete.retention.ms']).toBe(String(DAY_MS))
  expect([handovers.name, handovers.config['cleanup.policy']]).toEqual(['my-candles-handovers', 'delete'])
  for (const spec of [changelog, handovers]) expect(spec).not.toHaveProperty('partitions')
})

it('puts TOPIC_PREFIX before every name, including configured ones', () => {
  const names = { prefix: 'binance-', trades: 't', candles: 'c', technicalIndicators: 'ti' }
  expect(Object.values(topicTable(names)).map(({ name }) => name)).toEqual([
    'binance-t',
    'binance-c',
    'binance-c-live',
    'binance-ti',
    'binance-trades-ingestor-cursors',
    'binance-dead-letters',
  ])
})
