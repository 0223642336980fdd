import { type Definitions, INDICATORS } from '@candlewick/indicators'
import { loadFeatures, onChange, refuseEndless } from '@candlewick/own-features'
import type { ServiceContext } from '@candlewick/service'

/** How long a module may take to load, ms. */
const LOADING_MS = 10_000

/**
 * The indicators that the rows' fields may belong to: the built-in indicators, and a user's features in the present version of
 * their files. The page uses them only for drawing, so a wrong file only causes a warning here; technical-indicators refuses it.
 */
export class KnownDefinitions {
  readonly close: () => void
  #definitions: Definitions = INDICATORS

  private constructor(close: () => void) {
    this.close = close
  }

  /** @param changed called when the files have changed. @returns the definitions, once the files are read */
  static async open(
    path: string | undefined,
    logger: ServiceContext['logger'],
    changed: () => void,
  ): Promise<KnownDefinitions> {
    if (path === undefined) return new KnownDefinitions(() => {})
    const read = async () => {
      try {
        await refuseEndless({ FEATURES: path }, LOADING_MS)
        known.#definitions = loadFeatures(path, false).definitions
      } catch (error) {
        logger.warn({ error }, 'The features cannot be read: the page draws their fields below the candles')
      }
    }
    const again = () => {
      changed()
      void read()
    }
    const forget = onChange(path, again, message => logger.warn(`FEATURES: ${message}`))
    const known = new KnownDefinitions(forget)
    await read()
    return known
  }

  get(): Definitions {
    return this.#definitions
  }
}
