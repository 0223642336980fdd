import { topicTable } from '@candlewick/market-data'
import type { CommonConfig } from './variables.ts'

/** The topic table with the configured names. */
export const topicsOf = (config: CommonConfig) =>
  topicTable({
    prefix: config.TOPIC_PREFIX,
    suffix: config.TOPIC_SUFFIX,
    trades: config.TRADES_TOPIC,
    candles: config.CANDLES_TOPIC,
    technicalIndicators: config.TECHNICAL_INDICATORS_TOPIC,
  })

/** A service's group: `CONSUMER_GROUP` without a prefix; if it is not set, the service's name between prefix and suffix. */
export function groupOf(service: string, config: CommonConfig): string {
  const { CANDLES_GROUP, TECHNICAL_INDICATORS_GROUP, TOPIC_PREFIX, TOPIC_SUFFIX } = config
  const own = { candles: CANDLES_GROUP, 'technical-indicators': TECHNICAL_INDICATORS_GROUP }[service] ?? service
  return config.CONSUMER_GROUP ?? TOPIC_PREFIX + own + TOPIC_SUFFIX
}
