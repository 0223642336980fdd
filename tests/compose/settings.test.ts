import { groupTopics, topicTable } from '@candlewick/market-data'
import { createLogger } from '@candlewick/service'
import { memoryLog } from '@candlewick/streams'
import { expect, it } from 'vitest'
import { checkSettings } from '../../deploy/compose/settings.ts'

type Values = Readonly<Record<string, string>>
const TOPICS = [topicTable().trades, groupTopics('candles').changelog]
const CHANGELOG = 'candles-changelog'

/** A broker with these settings of its own and of the topic, and defaults otherwise. */
async function checked(of: { broker?: Values; topics?: Readonly<Record<string, Values>>; failing?: string[] }) {
  const lines: string[] = []
  const logger = createLogger('test', 'info', { write: line => lines.push((JSON.parse(line) as { msg: string }).msg) })
  const set: [string, Values][] = []
  const mapOf = (own: Values = {}) =>
    new Map(Object.entries(own).map(([name, value]) => [name, { value, isDefault: false }]))
  const settings = {
    ofBroker: async () => mapOf(of.broker),
    ofTopic: async (topic: string) => {
      if (of.failing?.includes(topic)) throw new Error(`Not authorized to describe the settings of topic ${topic}`)
      return mapOf(of.topics?.[topic]).set('retention.ms', { value: '1', isDefault: true })
    },
    set: async (topic: string, config: Values) => void set.push([topic, config]),
  }
  await checkSettings({ log: { ...memoryLog(), settings }, logger }, TOPICS)
  return { lines, set }
}

it('adds delete.retention.ms to a compacted topic that was created without it', async () => {
  const { lines, set } = await checked({})
  expect(set).toEqual([[CHANGELOG, { 'delete.retention.ms': '86400000' }]])
  expect(lines).toEqual([`Topic ${CHANGELOG} now has delete.retention.ms`])
})

it('keeps a value that somebody has set', async () => {
  const { lines, set } = await checked({ topics: { [CHANGELOG]: { 'delete.retention.ms': '1000' } } })
  expect({ lines, set }).toEqual({ lines: [], set: [] })
})

it('warns by name about settings that put records at risk', async () => {
  const own = { 'delete.retention.ms': '86400000' }
  const { lines, set } = await checked({
    broker: { 'auto.create.topics.enable': 'true' },
    topics: { trades: { 'write.caching': 'true' }, [CHANGELOG]: { ...own, 'write.caching': 'false' } },
  })
  expect(set).toEqual([])
  expect(lines).toEqual([
    expect.stringMatching(/^The broker has auto\.create\.topics\.enable=true: .*rpk cluster config set/),
    expect.stringMatching(/^Topic trades has write\.caching=true: .*write_caching_default disabled/),
  ])
})

it('reports settings that it may not read, and checks the others', async () => {
  const { lines, set } = await checked({ failing: ['trades'] })
  expect(lines[0]).toBe(
    'Cannot check the settings of topic trades: Not authorized to describe the settings of topic trades',
  )
  expect(set).toHaveLength(1)
})
