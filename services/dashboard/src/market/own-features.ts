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

  constructor(path: string | undefined, logger: ServiceContext['logger']) {
    const read = async (FEATURES: string) => {
      try {
        await refuseEndless({ FEATURES }, LOADING_MS)
        this.#definitions = loadFeatures(FEATURES, false).definitions
      } catch (error) {
        logger.warn({ error }, 'The features cannot be read: the page draws their fields below the candles')
      }
    }
    if (path !== undefined) void read(path)
    this.close = path === undefined ? () => {} : onChange(path, () => void read(path))
  }

  get(): Definitions {
    return this.#definitions
  }
}
