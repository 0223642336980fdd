import type { Indicator } from './indicator.ts'
import { adx } from './momentum/adx.ts'
import { macd } from './momentum/macd.ts'
import { rsi } from './momentum/rsi.ts'
import { stoch } from './momentum/stoch.ts'
import { bbands } from './overlap/bbands.ts'
import { ema } from './overlap/ema.ts'
import { sma } from './overlap/sma.ts'
import { atr } from './volatility/atr.ts'
import { obv } from './volume/obv.ts'
import { vwapSession } from './volume/vwap-session.ts'

export interface Parameter {
  readonly name: string
  readonly default: number
  readonly min: number
  readonly max: number
  readonly integer: boolean
}

/** An indicator that can be asked for by name; the parameters are numeric, in TA-Lib's order. */
export interface Definition {
  readonly name: string
  readonly parameters: readonly Parameter[]
  make(...parameters: number[]): Indicator
}

const period = (name: string, byDefault: number, min = 2): Parameter => ({
  name,
  default: byDefault,
  min,
  max: 100_000,
  integer: true,
})
const factor = (name: string, byDefault: number): Parameter => ({
  name,
  default: byDefault,
  min: 0,
  max: 1e6,
  integer: false,
})

type Maker<State> = (...parameters: number[]) => Indicator<State>

/** States differ by indicator; whoever holds them holds each beside its indicator, so that they never mix. */
const define = <State>(name: string, parameters: readonly Parameter[], make: Maker<State>): Definition => ({
  name,
  parameters,
  make: make as Maker<unknown>,
})

export const CATALOGUE: readonly Definition[] = [
  define('sma', [period('timeperiod', 30)], sma),
  define('ema', [period('timeperiod', 30)], ema),
  define('bbands', [period('timeperiod', 5), factor('nbdev', 2)], bbands),
  define('rsi', [period('timeperiod', 14)], rsi),
  define('macd', [period('fastperiod', 12), period('slowperiod', 26), period('signalperiod', 9, 1)], macd),
  define('stoch', [period('fastk_period', 5, 1), period('slowk_period', 3, 1), period('slowd_period', 3, 1)], stoch),
  define('adx', [period('timeperiod', 14)], adx),
  define('atr', [period('timeperiod', 14, 1)], atr),
  define('obv', [], obv),
  define('vwap_session', [], vwapSession),
]
