import type { Definition } from '../definition.ts'
import { twocrows } from './2-crows.ts'
import { threeblackcrows } from './3-blackcrows.ts'
import { threeinside } from './3-inside.ts'
import { threelinestrike } from './3-linestrike.ts'
import { threeoutside } from './3-outside.ts'
import { threestarsinsouth } from './3-starsinsouth.ts'
import { threewhitesoldiers } from './3-whitesoldiers.ts'
import { abandonedbaby } from './abandonedbaby.ts'
import { advanceblock } from './advanceblock.ts'
import { belthold } from './belthold.ts'
import { breakaway } from './breakaway.ts'
import { closingmarubozu } from './closingmarubozu.ts'
import { concealbabyswall } from './concealbabyswall.ts'
import { counterattack } from './counterattack.ts'
import { darkcloudcover } from './darkcloudcover.ts'
import { doji } from './doji.ts'
import { dojistar } from './dojistar.ts'
import { dragonflydoji } from './dragonflydoji.ts'
import { engulfing } from './engulfing.ts'
import { eveningdojistar } from './eveningdojistar.ts'
import { eveningstar } from './eveningstar.ts'
import { gapsidesidewhite } from './gapsidesidewhite.ts'
import { gravestonedoji } from './gravestonedoji.ts'
import { hammer } from './hammer.ts'
import { hangingman } from './hangingman.ts'
import { harami } from './harami.ts'
import { haramicross } from './haramicross.ts'
import { highwave } from './highwave.ts'
import { hikkake } from './hikkake.ts'
import { hikkakemod } from './hikkakemod.ts'
import { homingpigeon } from './homingpigeon.ts'
import { identical3crows } from './identical3crows.ts'
import { inneck } from './inneck.ts'
import { invertedhammer } from './invertedhammer.ts'
import { kicking } from './kicking.ts'
import { kickingbylength } from './kickingbylength.ts'
import { ladderbottom } from './ladderbottom.ts'
import { longleggeddoji } from './longleggeddoji.ts'
import { longline } from './longline.ts'
import { marubozu } from './marubozu.ts'
import { matchinglow } from './matchinglow.ts'
import { mathold } from './mathold.ts'
import { morningdojistar } from './morningdojistar.ts'
import { morningstar } from './morningstar.ts'
import { onneck } from './onneck.ts'
import { piercing } from './piercing.ts'
import { rickshawman } from './rickshawman.ts'
import { risefall3methods } from './risefall3methods.ts'
import { separatinglines } from './separatinglines.ts'
import { shootingstar } from './shootingstar.ts'
import { shortline } from './shortline.ts'
import { spinningtop } from './spinningtop.ts'
import { stalledpattern } from './stalledpattern.ts'
import { sticksandwich } from './sticksandwich.ts'
import { takuri } from './takuri.ts'
import { tasukigap } from './tasukigap.ts'
import { thrusting } from './thrusting.ts'
import { tristar } from './tristar.ts'
import { unique3river } from './unique3river.ts'
import { upsidegap2crows } from './upsidegap2crows.ts'
import { xsidegap3methods } from './xsidegap3methods.ts'

export const PATTERN: readonly Definition[] = [
  twocrows,
  threeblackcrows,
  threeinside,
  threelinestrike,
  threeoutside,
  threestarsinsouth,
  threewhitesoldiers,
  abandonedbaby,
  advanceblock,
  belthold,
  breakaway,
  closingmarubozu,
  concealbabyswall,
  counterattack,
  darkcloudcover,
  doji,
  dojistar,
  dragonflydoji,
  engulfing,
  eveningdojistar,
  eveningstar,
  gapsidesidewhite,
  gravestonedoji,
  hammer,
  hangingman,
  harami,
  haramicross,
  highwave,
  hikkake,
  hikkakemod,
  homingpigeon,
  identical3crows,
  inneck,
  invertedhammer,
  kicking,
  kickingbylength,
  ladderbottom,
  longleggeddoji,
  longline,
  marubozu,
  matchinglow,
  mathold,
  morningdojistar,
  morningstar,
  onneck,
  piercing,
  rickshawman,
  risefall3methods,
  separatinglines,
  shootingstar,
  shortline,
  spinningtop,
  stalledpattern,
  sticksandwich,
  takuri,
  tasukigap,
  thrusting,
  tristar,
  unique3river,
  upsidegap2crows,
  xsidegap3methods,
]
