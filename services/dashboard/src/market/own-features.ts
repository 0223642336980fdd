import { type Definitions, INDICATORS } from '@candlewick/indicators'
import { loadFeatures, onChange } from '@candlewick/own-features'
import type { ServiceContext } from '@candlewick/service'

/**
 * What the rows' fields may be values of: the built-in indicators and a user's features, as their files are now. The page
 * only draws by it. Files that are wrong are a warning here, as technical-indicators is the service that refuses them.
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
    this.close = path === undefined ? () => {} : onChange(path, read)
  }

  get(): Definitions {
    return this.#definitions
  }
}
