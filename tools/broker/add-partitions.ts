import { connectToTopic, runTool } from './connect.ts'

/** `npm run add-partitions -- trades 1`: for machines without rpk. */
await runTool(async () => {
  const [name, more = ''] = process.argv.slice(2)
  if (!name || !/^[1-9]\d*$/.test(more))
    throw new Error('usage: npm run add-partitions -- TOPIC COUNT    adds COUNT partitions to the topic, e.g. trades 1')
  const { log, topic, partitions } = await connectToTopic(name, process.env)
  try {
    await log.topics.grow(topic, partitions + Number(more))
    console.log(`${topic}: ${partitions} → ${partitions + Number(more)} partitions`)
  } finally {
    await log.close()
  }
})
