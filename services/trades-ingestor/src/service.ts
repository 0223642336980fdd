import { systemClock } from '@candlewick/exchanges'
import { baseIntervalMs, clockIntervals } from '@candlewick/market-data'
import {
  ensureTopics,
  orConfigError,
  type RunningService,
  type ServiceContext,
  type ServiceDefinition,
} from '@candlewick/service'
import { Auditor } from './audit/auditor.ts'
import { checkTogether, variables } from './config.ts'
import { eventLog } from './event-log.ts'
import { refuseSharedGroup, watchSharedGroup } from './group-owner.ts'
import { Ingestor } from './ingestor.ts'
import { ingestorMetrics } from './metrics.ts'
import { ownerId } from './owner.ts'
import { balancedPlacement, murmur2Placement } from './placement.ts'
import { openReplay } from './recorded/open-replay.ts'
import { type OpenedRecording, startRecorded } from './recorded/service.ts'
import { auditedInterval, checkAudit, checkPairs, type Opened, openSource } from './source.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

type Context = ServiceContext<typeof variables>
type Open = (context: Context) => Promise<Opened | OpenedRecording>

/** The service that writes the trades of the configured exchange to the topic of trades. */
export const tradesIngestor: ServiceDefinition<typeof variables> = {
  ...tradesIngestorOf(async context =>
    context.config.EXCHANGE === 'replay' ? openReplay(context) : openSource(context.config),
  ),
  check: config => {
    checkTogether(config)
    checkPairs(config)
    checkAudit(config)
  },
}

/** The service with trades of another source, as in a backfill. */
export function tradesIngestorOf(open: Open): ServiceDefinition<typeof variables> {
  return { name: 'trades-ingestor', config: variables, start: context => start(context, open) }
}

async function start(context: Context, open: Open): Promise<RunningService> {
  const { config, topics, group, logger } = context
  await refuseSharedGroup(context)
  await ensureTopics(context, [topics.trades, topics.cursors])
  const opened = await open(context)
  if ('recording' in opened) return startRecorded(context, opened)
  logger.info({ exchange: opened.exchange, url: opened.where, pairs: opened.pairs }, `Reads ${opened.exchange}`)
  const log = eventLog(logger, opened)
  const ingestor: Ingestor = new Ingestor({
    ...opened,
    log: context.log,
    group,
    clock: systemClock,
    topics: { trades: topics.trades.name, cursors: topics.cursors.name },
    owner: ownerId(group),
    place: config.PLACEMENT === 'balanced' ? balancedPlacement : murmur2Placement,
    historyMs: config.HISTORY_HOURS === undefined ? undefined : config.HISTORY_HOURS * HOUR_MS,
    intervals: clockIntervals(config.CANDLE_INTERVALS),
    seedCandles: config.SEED_CANDLES,
    baseMs: baseIntervalMs(config.CANDLE_INTERVALS),
    graceMs: config.WATERMARK_GRACE_MS,
    spans: context.tracing && (() => context.tracing!.spans()),
    observe: event => {
      log(event)
      count(event)
    },
  })
  const count = ingestorMetrics(context.metrics, opened.pairs, () => ingestor.status())
  const auditor = auditorOf(context, opened)
  auditor?.start()
  const stopped = new AbortController()
  const running = ingestor.run().finally(() => opened.close())
  const watching = watchSharedGroup(context, stopped.signal).then(() => running)
  return {
    ready: () => ingestor.ready(),
    done: orConfigError(Promise.race([running, watching]), config),
    stop: async () => {
      stopped.abort()
      await auditor?.stop()
      await ingestor.stop()
      await opened.close()
    },
  }
}

function auditorOf(context: Context, { ohlc, pairs }: Pick<Opened, 'ohlc' | 'pairs'>): Auditor | undefined {
  const { AUDIT_EVERY_MINUTES, CANDLE_INTERVALS } = context.config
  const interval = AUDIT_EVERY_MINUTES > 0 ? auditedInterval(ohlc, CANDLE_INTERVALS) : undefined
  if (!ohlc || interval === undefined) return undefined
  return new Auditor({ ohlc, pairs, interval, everyMs: AUDIT_EVERY_MINUTES * MINUTE_MS, context })
}
