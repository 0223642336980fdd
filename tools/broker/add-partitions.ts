import { topicsOf } from '@candlewick/service'
import { connectToTopic, runTool } from './connect.ts'
import { adviceAfterGrowth } from './growth-order.ts'

/** `npm run add-partitions -- trades 1`: for machines without rpk. Each run adds partitions, so it must not be repeated after a success. */
await runTool(async () => {
  const [name, more = ''] = process.argv.slice(2)
  if (!name || !/^[1-9]\d*$/.test(more))
    throw new Error(
      'usage: npm run add-partitions -- TOPIC COUNT    adds COUNT partitions to the topic, e.g. trades 1\n' +
        'Each run adds COUNT more. If another one adds partitions at the same time, this one adds none and says so.',
    )
  const { log, config, topic, partitions } = await connectToTopic(name, process.env)
  try {
    const grown = { name: topic, partitions: partitions + Number(more) }
    if (!(await log.topics.grow(topic, grown.partitions)))
      throw new Error(
        `${topic} has ${grown.partitions} partitions or more by now: another command has added them meanwhile, or the broker's answer to ` +
          `this one was lost. Run this command again only if ${topic} needs ${more} more.`,
      )
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
