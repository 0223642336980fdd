import { type Definitions, INDICATORS } from '@candlewick/indicators'
import { loadFeatures, onChange } from '@candlewick/own-features'
import type { ServiceContext } from '@candlewick/service'

/**
 * The indicators that the rows' fields may belong to: the built-in indicators, and a user's features in the present version of
 * their files. The page uses them only for drawing, so a wrong file only causes a warning here; technical-indicators refuses it.
 */
export class KnownDefinitions {
  readonly close: () => void
  #definitions: Definitions = INDICATORS

  constructor(path: string | undefined, logger: ServiceContext['logger']) {
    const read = () => {
      try {
        if (path !== undefined) this.#definitions = loadFeatures(path, false).definitions
      } catch (error) {
        logger.warn({ error }, 'The features cannot be read: the page draws their fields below the candles')
      }
    }
    read()
    this.close = path === undefined ? () => {} : onChange(path, read, message => logger.warn(`FEATURES: ${message}`))
  }

  get(): Definitions {
    return this.#definitions
  }
}
