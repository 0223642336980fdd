import { ensureTopics, runService } from '../../packages/service/src/index.ts'

/** Creates every topic of the table, with `PARTITIONS` partitions, and ends. */
await runService(
  {
    name: 'create-topics',
    config: {},
    start: async context => {
      const topics = Object.values(context.topics)
      await ensureTopics(context, topics)
      context.logger.info({ topics: topics.map(t => t.name) }, 'The topics exist')
      return { ready: () => undefined, stop: async () => {}, done: Promise.resolve() }
    },
  },
  process.env,
)
