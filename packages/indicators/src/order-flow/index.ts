import type { Definition } from '../definition.ts'
import { amihud } from './amihud.ts'
import { orderFlowImbalance } from './order-flow-imbalance.ts'
import { tradeIntensity } from './trade-intensity.ts'

export const ORDER_FLOW: readonly Definition[] = [amihud, orderFlowImbalance, tradeIntensity]
