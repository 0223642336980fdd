import { type SimulatedExchange, systemClock } from '@candlewick/exchanges'
import { baseIntervalMs } from '@candlewick/market-data'
import { ensureTopics, type RunningService, type ServiceContext, type ServiceDefinition } from '@candlewick/service'
import { checkTogether, variables } from './config.ts'
import { eventLog } from './event-log.ts'
import { Ingestor } from './ingestor.ts'
import { ingestorMetrics } from './metrics.ts'
import { ownerId } from './owner.ts'
import { balancedPlacement, murmur2Placement } from './placement.ts'
import { openSource } from './source.ts'

const HOUR_MS = 3_600_000

/**
 * The service that writes an exchange's trades to the topic of trades.
 * @param simulated to be served for `EXCHANGE=simulated` in place of the one that the variables describe, by whoever
 * wants to control it
 */
export const tradesIngestorWith = (simulated?: SimulatedExchange): ServiceDefinition<typeof variables> => ({
  name: 'trades-ingestor',
  config: variables,
  start: context => start(context, simulated),
})

export const tradesIngestor = tradesIngestorWith()

async function start(
  context: ServiceContext<typeof variables>,
  simulated?: SimulatedExchange,
): Promise<RunningService> {
  const { config, topics, group, logger } = context
  checkTogether(config)
  await ensureTopics(context, [topics.trades, topics.cursors])
  const onBroken = (line: number, problem: string) =>
    logger.error({ file: config.REPLAY_FILE, line }, `${config.REPLAY_FILE}, line ${line} is left out: ${problem}`)
  const opened = await openSource(config, { simulated, onBroken })
  logger.info({ exchange: opened.exchange, url: opened.where, pairs: opened.pairs }, `Reads ${opened.exchange}`)
  const log = eventLog(logger)
  const ingestor: Ingestor = new Ingestor({
    ...opened,
    log: context.log,
    group,
    clock: systemClock,
    topics: { trades: topics.trades.name, cursors: topics.cursors.name },
    owner: ownerId(group),
    place: config.PLACEMENT === 'balanced' ? balancedPlacement : murmur2Placement,
    historyMs: config.HISTORY_HOURS * HOUR_MS,
    baseMs: baseIntervalMs(config.CANDLE_INTERVALS),
    graceMs: config.WATERMARK_GRACE_MS,
    observe: event => {
      log(event)
      count(event)
    },
  })
  const count = ingestorMetrics(context.metrics, () => ingestor.status())
  const done = ingestor.run().finally(() => opened.close())
  return {
    ready: () => ingestor.ready(),
    done,
    stop: async () => {
      await ingestor.stop()
      await opened.close()
    },
  }
}
