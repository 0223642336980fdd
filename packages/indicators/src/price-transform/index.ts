import type { Definition } from '../definition.ts'
import { avgdev } from './avgdev.ts'
import { avgprice } from './avgprice.ts'
import { ha } from './ha.ts'
import { logReturn } from './log-return.ts'
import { medprice } from './medprice.ts'
import { typprice } from './typprice.ts'
import { wclprice } from './wclprice.ts'

export const PRICE_TRANSFORM: readonly Definition[] = [avgdev, avgprice, ha, logReturn, medprice, typprice, wclprice]
