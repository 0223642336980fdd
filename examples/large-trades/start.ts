import { DEFAULT_TOPIC_NAMES, groupTopics, topicTable } from '@candlewick/market-data'
import { type Log, Stream } from '@candlewick/streams'
import { largeTrades } from './large-trades.ts'

/**
 * Starts one instance. Any number of instances share the partitions of `trades`.
 * @param prefix of all topics, like `TOPIC_PREFIX`
 * @returns the topic of large trades, and a function that stops the instance
 * @throws Error that names the topic of trades if it does not exist
 */
export async function startLargeTrades(log: Log, prefix = '') {
  const { trades, deadLetters } = topicTable({ ...DEFAULT_TOPIC_NAMES, prefix })
  const group = `${prefix}large-trades`
  const { changelog, handovers } = groupTopics(group, prefix)
  const partitions = (await log.topics.partitions([trades.name])).get(trades.name)
  if (!partitions) throw new Error(`Topic ${trades.name} does not exist: start trades-ingestor first`)
  const output = { name: group, config: {} }
  const topics = [output, changelog, handovers].map(({ name, config }) => ({ name, config, partitions }))
  await log.topics.create([...topics, { ...deadLetters, partitions: 1 }])
  const stream = new Stream({
    log,
    group,
    service: 'large-trades',
    processor: largeTrades,
    topics: {
      input: trades.name,
      output: output.name,
      changelog: changelog.name,
      handovers: handovers.name,
      deadLetters: deadLetters.name,
    },
    // No other stream reads the output, so it needs no markers when a pair changes its partition there.
    marksOutput: false,
  })
  await stream.start()
  return { topic: output.name, stop: () => stream.stop() }
}
