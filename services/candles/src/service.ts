import {
  barsFile,
  checkBarPairs,
  integer,
  list,
  type ServiceDefinition,
  startStream,
  streamVariables,
} from '@candlewick/service'
import * as z from 'zod'
import { candlesProcessor } from './processor.ts'
import { candlesTracing } from './trace-propagation.ts'

const variables = {
  ...streamVariables,
  /** Whether a window without trades gives a flat candle or none. */
  EMPTY_CANDLES: z.enum(['flat', 'skip'], 'is not flat or skip').default('flat'),
  /** A file of thresholds of bars that differ by pair. */
  BARS: barsFile.optional(),
  /** The ingestor's pairs, with which BARS is compared. The service makes candles for every pair in the topic. */
  PAIRS: list(z.string()).optional(),
  /** For topics of producers that write no watermarks, ms; 0 is off. */
  CLOSE_AFTER_IDLE_MS: integer(0, 86_400_000).prefault('0'),
}

/** The service that makes candles from trades: one final candle for every pair, interval and window or bar. */
export const candles: ServiceDefinition<typeof variables> = {
  name: 'candles',
  config: variables,
  check: ({ BARS, PAIRS }) => checkBarPairs(BARS, PAIRS),
  start: context => {
    const { CANDLE_INTERVALS, BARS, PAIRS, EMPTY_CANDLES, CLOSE_AFTER_IDLE_MS } = context.config
    if (BARS && !PAIRS)
      context.logger.info(
        { pairs: Object.keys(BARS) },
        'BARS has thresholds for these pairs. This service cannot check their names: give it the PAIRS of the ingestor, and it refuses unknown pairs',
      )
    return startStream(
      context,
      { input: 'trades', output: 'candles', live: 'candlesLive' },
      {
        processor: candlesProcessor({ intervals: CANDLE_INTERVALS, bars: BARS, emptyCandles: EMPTY_CANDLES }),
        marksOutput: true,
        tracing: candlesTracing,
        closeAfterIdleMs: CLOSE_AFTER_IDLE_MS,
      },
    )
  },
}
