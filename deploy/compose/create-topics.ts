import { groupTopics } from '../../packages/market-data/src/index.ts'
import { ensureTopics, groupOf, runService, type ServiceContext } from '../../packages/service/src/index.ts'

/** The topics of a service's own group, with as many partitions as its input has. */
async function ensureGroupTopics(context: ServiceContext, service: string, input: string): Promise<void> {
  const group = groupOf(service, { ...context.config, CONSUMER_GROUP: undefined })
  const partitions = (await context.log.topics.partitions([input])).get(input) ?? 1
  const topics = Object.values(groupTopics(group, context.config.TOPIC_PREFIX))
  await ensureTopics(
    context,
    topics.map(topic => ({ ...topic, partitions })),
  )
}

/** Creates every topic of the table, with `PARTITIONS` partitions, and those of the default groups, and ends. */
await runService(
  {
    name: 'create-topics',
    config: {},
    start: async context => {
      const topics = Object.values(context.topics)
      await ensureTopics(context, topics)
      await ensureGroupTopics(context, 'candles', context.topics.trades.name)
      await ensureGroupTopics(context, 'technical-indicators', context.topics.candles.name)
      context.logger.info({ topics: topics.map(t => t.name) }, 'The topics exist')
      return { ready: () => undefined, stop: async () => {}, done: Promise.resolve() }
    },
  },
  process.env,
)
