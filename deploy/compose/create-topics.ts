import { groupTopics, type TopicSpec } from '../../packages/market-data/src/index.ts'
import { ensureTopics, groupOf, runService, type ServiceContext } from '../../packages/service/src/index.ts'
import { checkSettings } from './settings.ts'

/** Creates the topics of a service's own group, with as many partitions as its input has. @returns those topics */
async function ensureGroupTopics(context: ServiceContext, service: string, input: string): Promise<TopicSpec[]> {
  const group = groupOf(service, { ...context.config, CONSUMER_GROUP: undefined })
  const partitions = (await context.log.topics.partitions([input])).get(input) ?? 1
  const topics = Object.values(groupTopics(group, context.config.TOPIC_PREFIX))
  await ensureTopics(
    context,
    topics.map(topic => ({ ...topic, partitions })),
  )
  return topics
}

/**
 * Creates every topic of the table, with `PARTITIONS` partitions, and those of the default groups, checks the settings of
 * the broker and of topics that were there before, and ends.
 */
await runService(
  {
    name: 'create-topics',
    config: {},
    start: async context => {
      const topics = Object.values(context.topics)
      await ensureTopics(context, topics)
      const groups = [
        await ensureGroupTopics(context, 'candles', context.topics.trades.name),
        await ensureGroupTopics(context, 'technical-indicators', context.topics.candles.name),
      ]
      await checkSettings(context, [...topics, ...groups.flat()])
      context.logger.info({ topics: topics.map(t => t.name) }, 'The topics exist')
      return { ready: () => undefined, stop: async () => {}, done: Promise.resolve() }
    },
  },
  process.env,
)
