import { CYCLE } from './cycle/index.ts'
import type { Definition } from './definition.ts'
import { MOMENTUM } from './momentum/index.ts'
import { ORDER_FLOW } from './order-flow/index.ts'
import { OVERLAP } from './overlap/index.ts'
import { PATTERN } from './pattern/index.ts'
import { PRICE_TRANSFORM } from './price-transform/index.ts'
import { STATISTIC } from './statistic/index.ts'
import { VOLATILITY } from './volatility/index.ts'
import { VOLUME } from './volume/index.ts'

/** All indicators, group by group. */
export const CATALOGUE: readonly Definition[] = [
  ...OVERLAP,
  ...MOMENTUM,
  ...VOLUME,
  ...VOLATILITY,
  ...PRICE_TRANSFORM,
  ...CYCLE,
  ...STATISTIC,
  ...PATTERN,
  ...ORDER_FLOW,
]

/** Every indicator by its name. */
export const INDICATORS: Readonly<Record<string, Definition>> = Object.fromEntries(
  CATALOGUE.map(definition => [definition.name, definition]),
)
