import { systemClock } from '@candlewick/exchanges'
import { baseIntervalMs } from '@candlewick/market-data'
import type { RunningService, ServiceContext } from '@candlewick/service'
import type { variables } from '../config.ts'
import { eventLog } from '../event-log.ts'
import { ingestorMetrics } from '../metrics.ts'
import { ownerId } from '../owner.ts'
import { balancedPlacement, murmur2Placement } from '../placement.ts'
import type { Accounted } from './accounts.ts'
import { RecordedIngestor } from './recorded-ingestor.ts'
import type { Recording } from './recording.ts'

/** Recorded trades that are ready to be written. */
export interface OpenedRecording {
  /** Name of the source in the cursors. */
  readonly exchange: string
  readonly pairs: readonly string[]
  readonly recording: Recording
  /** Event time relative to real time; 0: as fast as possible. */
  readonly speed: number
  /** Receives the summary of the rows, which is then not logged. */
  onAccounted?(accounted: Accounted): void
  close(): Promise<void>
}

const NOTHING_LIVE = { lost: [], refused: new Map<string, string>(), buffered: 0, clockOffsetMs: undefined }

/** Starts the ingestor of recorded trades, which ends by itself. */
export function startRecorded(context: ServiceContext<typeof variables>, opened: OpenedRecording): RunningService {
  const { config, topics, group, logger, tracing } = context
  const { exchange, pairs, recording, speed } = opened
  logger.info({ exchange, url: recording.name, pairs }, `Reads ${recording.name}`)
  const log = eventLog(logger, { exchange, where: recording.name })
  const count = ingestorMetrics(context.metrics, pairs, () => NOTHING_LIVE)
  const onAccounted = (event: Accounted) => {
    if (opened.onAccounted) return opened.onAccounted(event)
    for (const text of event.texts) logger.info(text)
    logger[event.summary.ok ? 'info' : 'error']({ summary: event.summary }, `The end of ${recording.name}`)
  }
  const ingestor = new RecordedIngestor({
    recording,
    speed,
    exchange,
    pairs,
    log: context.log,
    group,
    clock: systemClock,
    topics: { trades: topics.trades.name, cursors: topics.cursors.name },
    owner: ownerId(group),
    place: config.PLACEMENT === 'balanced' ? balancedPlacement : murmur2Placement,
    baseMs: baseIntervalMs(config.CANDLE_INTERVALS),
    spans: tracing && (() => tracing.spans()),
    observe: event => {
      if (event.type === 'accounted') return onAccounted(event)
      log(event)
      count(event)
    },
  })
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
