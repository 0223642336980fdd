import { fileProgress, Malformed, orderTrades } from '@candlewick/exchanges'
import { baseIntervalMs, windowStart } from '@candlewick/market-data'
import { ConfigError, type ServiceContext } from '@candlewick/service'
import type { variables } from '../config.ts'
import { leftOutLog } from './left-out-log.ts'
import type { OpenedRecording } from './service.ts'

/**
 * Inspects the file that `REPLAY_FILE` names.
 * @throws ConfigError if it cannot be read, or its trades cannot be put in order
 */
export async function openReplay({ config, logger }: ServiceContext<typeof variables>): Promise<OpenedRecording> {
  const { REPLAY_FILE: file = '', REPLAY_COLUMNS: columns, PAIRS: pairs } = config
  const progress = fileProgress(file)
  try {
    logger.info({ file }, `Inspecting ${file} before anything is written`)
    const baseMs = baseIntervalMs(config.CANDLE_INTERVALS)
    const ordered = await orderTrades(
      {
        files: [file],
        pairs,
        columns,
        onLayout: (_, layout) => logger.info({ file, layout }, `${file} is read as ${layout}`),
        onLeftOut: leftOutLog((row, text) => logger.error(row, text)),
      },
      ms => windowStart(ms, baseMs),
    )
    if (ordered.isSorted) logger.warn({ file }, `${file} is not in order: its trades are sorted in memory`)
    const lacking = pairs?.filter(pair => !ordered.firstMs.has(pair)) ?? []
    if (lacking.length > 0) logger.warn({ file, pairs: lacking }, `${file} has no trades of ${lacking.join(', ')}`)
    const silent = { onLayout: () => {}, onBytes: (bytes: number) => progress.read(bytes) }
    return {
      exchange: config.REPLAY_EXCHANGE,
      pairs: [...ordered.firstMs.keys()],
      speed: config.REPLAY_SPEED,
      recording: {
        name: file,
        repeated: ordered.repeated,
        isRepeatable: true,
        batches: onLeftOut => ordered.batches({ ...silent, onLeftOut }),
      },
      close: async () => progress.stop(),
    }
  } catch (error) {
    progress.stop()
    const { code } = error as NodeJS.ErrnoException
    if (!(error instanceof Malformed) && code === undefined) throw error
    const problem = error instanceof Malformed ? error.message : `cannot be read: ${(error as Error).message}`
    throw new ConfigError([{ variable: 'REPLAY_FILE', value: file, problem }])
  }
}
