import type { Definition } from '../definition.ts'
import { adr } from './adr.ts'
import { atr } from './atr.ts'
import { cvi } from './cvi.ts'
import { massi } from './massi.ts'
import { natr } from './natr.ts'
import { rvi } from './rvi.ts'
import { trange } from './trange.ts'
import { volatilityClose } from './volatility-close.ts'
import { volatilityGarmanKlass } from './volatility-garman-klass.ts'
import { volatilityParkinson } from './volatility-parkinson.ts'

export const VOLATILITY: readonly Definition[] = [
  adr,
  atr,
  cvi,
  massi,
  natr,
  rvi,
  trange,
  volatilityClose,
  volatilityGarmanKlass,
  volatilityParkinson,
]
