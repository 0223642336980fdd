import { topicsOf } from '@candlewick/service'
import { connectToTopic, runTool } from './connect.ts'
import { adviceAfterGrowth } from './growth-order.ts'

/** `npm run add-partitions -- trades 1`: for machines without rpk. */
await runTool(async () => {
  const [name, more = ''] = process.argv.slice(2)
  if (!name || !/^[1-9]\d*$/.test(more))
    throw new Error('usage: npm run add-partitions -- TOPIC COUNT    adds COUNT partitions to the topic, e.g. trades 1')
  const { log, config, topic, partitions } = await connectToTopic(name, process.env)
  try {
    const grown = { name: topic, partitions: partitions + Number(more) }
    await log.topics.grow(topic, grown.partitions)
    console.log(`${topic}: ${partitions} → ${grown.partitions} partitions`)
    const { trades, candles, technicalIndicators } = topicsOf(config)
    const order = [trades, candles, technicalIndicators].map(one => one.name)
    const counts = await log.topics.partitions(order)
    const [before, after] = [-1, 1].map(step => {
      const other = order.includes(topic) ? order[order.indexOf(topic) + step] : undefined
      return other !== undefined && counts.has(other) ? { name: other, partitions: counts.get(other)! } : undefined
    })
    for (const line of adviceAfterGrowth(grown, before, after)) console.log(line)
  } finally {
    await log.close()
  }
})
