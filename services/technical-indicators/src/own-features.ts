import { type Mistake, onChange, watchFeatures } from '@candlewick/own-features'
import type { ServiceContext } from '@candlewick/service'

type Logger = ServiceContext['logger']

let isWatched = false

/** Has a watchdog kill the process when a feature takes that long for one candle. */
export function watchOver(timeoutMs: number): void {
  if (isWatched) return
  isWatched = true
  watchFeatures({ service: 'technical-indicators', timeoutMs })
}

/** @returns what writes a mistake to the log. Equal ones of a feature are written once in ten seconds. */
export const logMistakes =
  (logger: Logger) =>
  ({ feature, problem, detail, pair, interval, open_time_ms }: Mistake): void => {
    const example = { pair, interval, window: new Date(open_time_ms).toISOString(), detail }
    logger.warn({ feature, problem, example }, `The feature ${feature} failed: its fields are null at this candle`)
  }

interface Replacing<Processor extends { readonly configHash: string }> {
  /** Settings of the running processor. */
  readonly configHash: string
  /** @returns a processor with the features as they are now. @throws Error saying what is wrong with them */
  read(): Processor
  replace(processor: Processor): Promise<void>
}

/**
 * Goes on with changed features as soon as their files have changed. Files that are wrong are named in the log, and change
 * nothing.
 * @returns how to end it
 */
export function replaceOnChange<Processor extends { readonly configHash: string }>(
  path: string,
  logger: Logger,
  { configHash, read, replace }: Replacing<Processor>,
): () => void {
  let running = configHash
  return onChange(path, () => {
    try {
      const processor = read()
      if (processor.configHash === running) return
      running = processor.configHash
      logger.info(
        { indicators: running },
        'The features have changed: new ones are warmed up from the retained candles',
      )
      void replace(processor)
    } catch (error) {
      logger.error({ error }, 'The changed features are wrong: the service goes on with the ones before')
    }
  })
}
