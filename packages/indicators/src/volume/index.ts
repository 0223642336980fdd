import type { Definition } from '../definition.ts'
import { ad } from './ad.ts'
import { adosc } from './adosc.ts'
import { cmf } from './cmf.ts'
import { efi } from './efi.ts'
import { marketfi } from './marketfi.ts'
import { nvi } from './nvi.ts'
import { obv } from './obv.ts'
import { pvi } from './pvi.ts'
import { pvo } from './pvo.ts'
import { pvt } from './pvt.ts'
import { rvol } from './rvol.ts'
import { vwap } from './vwap.ts'
import { vwapAnchored } from './vwap-anchored.ts'
import { vwapSession } from './vwap-session.ts'

export const VOLUME: readonly Definition[] = [
  ad,
  adosc,
  cmf,
  efi,
  marketfi,
  nvi,
  obv,
  pvi,
  pvo,
  pvt,
  rvol,
  vwapAnchored,
  vwapSession,
  vwap,
]
