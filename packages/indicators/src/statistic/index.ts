import type { Definition } from '../definition.ts'
import { beta } from './beta.ts'
import { correl } from './correl.ts'
import { linearreg } from './linearreg.ts'
import { linearregAngle } from './linearreg-angle.ts'
import { linearregIntercept } from './linearreg-intercept.ts'
import { linearregSlope } from './linearreg-slope.ts'
import { percentile } from './percentile.ts'
import { percentrank } from './percentrank.ts'
import { stddev } from './stddev.ts'
import { tsf } from './tsf.ts'
import { variance } from './var.ts'
import { zscore } from './zscore.ts'

export const STATISTIC: readonly Definition[] = [
  beta,
  correl,
  linearregAngle,
  linearregIntercept,
  linearregSlope,
  linearreg,
  percentile,
  percentrank,
  stddev,
  tsf,
  variance,
  zscore,
]
