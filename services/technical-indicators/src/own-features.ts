import { type Mistake, onChange, watchFeatures } from '@candlewick/own-features'
import type { ServiceContext } from '@candlewick/service'

type Logger = ServiceContext['logger']

let isWatched = false

/** Starts a watchdog that kills the process when a feature takes this long for one candle. */
export function watchOver(timeoutMs: number): void {
  if (isWatched) return
  isWatched = true
  watchFeatures({ service: 'technical-indicators', timeoutMs })
}

/** @returns a function that writes a mistake to the log. Equal mistakes of a feature are written at most once in ten seconds. */
export const logMistakes =
  (logger: Logger) =>
  ({ feature, problem, detail, pair, interval, open_time_ms }: Mistake): void => {
    const example = { pair, interval, window: new Date(open_time_ms).toISOString(), detail }
    logger.warn({ feature, problem, example }, `The feature ${feature} failed: its fields are null at this candle`)
  }

interface Replacing<Processor extends { readonly configHash: string }> {
  /** The running processor's `configHash`. */
  readonly configHash: string
  /** Refuses features that would block this process. @throws Error naming the module or the feature */
  refuseEndless(): Promise<void>
  /** @returns a processor with the present version of the features. @throws Error that names their problem */
  read(): Processor
  replace(processor: Processor): Promise<void>
}

/**
 * Replaces the processor as soon as the features' files have changed. If a file is wrong, the log names it and the running
 * processor stays.
 * @returns a function that ends this
 */
export function replaceOnChange<Processor extends { readonly configHash: string }>(
  path: string,
  logger: Logger,
  { configHash, refuseEndless, read, replace }: Replacing<Processor>,
): () => void {
  let running = configHash
  let changes = 0
  const changed = async () => {
    const change = ++changes
    try {
      await refuseEndless()
      if (change !== changes) return
      const processor = read()
      if (processor.configHash === running) return
      running = processor.configHash
      logger.info(
        { indicators: running },
        'The features have changed: new ones are warmed up from the retained candles',
      )
      void replace(processor)
    } catch (error) {
      if (change !== changes) return
      logger.error(
        { error },
        'The changed features are wrong, so the service continues with the previous ones. Correct the file; npm run check-feature names every problem',
      )
    }
  }
  return onChange(path, changed, message => logger.warn(`FEATURES: ${message}`))
}
