import type { Definition } from '../definition.ts'
import { cdl2crows } from './cdl2crows.ts'
import { cdl3blackcrows } from './cdl3blackcrows.ts'
import { cdl3inside } from './cdl3inside.ts'
import { cdl3linestrike } from './cdl3linestrike.ts'
import { cdl3outside } from './cdl3outside.ts'
import { cdl3starsinsouth } from './cdl3starsinsouth.ts'
import { cdl3whitesoldiers } from './cdl3whitesoldiers.ts'
import { cdlabandonedbaby } from './cdlabandonedbaby.ts'
import { cdladvanceblock } from './cdladvanceblock.ts'
import { cdlbelthold } from './cdlbelthold.ts'
import { cdlbreakaway } from './cdlbreakaway.ts'
import { cdlclosingmarubozu } from './cdlclosingmarubozu.ts'
import { cdlconcealbabyswall } from './cdlconcealbabyswall.ts'
import { cdlcounterattack } from './cdlcounterattack.ts'
import { cdldarkcloudcover } from './cdldarkcloudcover.ts'
import { cdldoji } from './cdldoji.ts'
import { cdldojistar } from './cdldojistar.ts'
import { cdldragonflydoji } from './cdldragonflydoji.ts'
import { cdlengulfing } from './cdlengulfing.ts'
import { cdleveningdojistar } from './cdleveningdojistar.ts'
import { cdleveningstar } from './cdleveningstar.ts'
import { cdlgapsidesidewhite } from './cdlgapsidesidewhite.ts'
import { cdlgravestonedoji } from './cdlgravestonedoji.ts'
import { cdlhammer } from './cdlhammer.ts'
import { cdlhangingman } from './cdlhangingman.ts'
import { cdlharami } from './cdlharami.ts'
import { cdlharamicross } from './cdlharamicross.ts'
import { cdlhighwave } from './cdlhighwave.ts'
import { cdlhikkake } from './cdlhikkake.ts'
import { cdlhikkakemod } from './cdlhikkakemod.ts'
import { cdlhomingpigeon } from './cdlhomingpigeon.ts'
import { cdlidentical3crows } from './cdlidentical3crows.ts'
import { cdlinneck } from './cdlinneck.ts'
import { cdlinvertedhammer } from './cdlinvertedhammer.ts'
import { cdlkicking } from './cdlkicking.ts'
import { cdlkickingbylength } from './cdlkickingbylength.ts'
import { cdlladderbottom } from './cdlladderbottom.ts'
import { cdllongleggeddoji } from './cdllongleggeddoji.ts'
import { cdllongline } from './cdllongline.ts'
import { cdlmarubozu } from './cdlmarubozu.ts'
import { cdlmatchinglow } from './cdlmatchinglow.ts'
import { cdlmathold } from './cdlmathold.ts'
import { cdlmorningdojistar } from './cdlmorningdojistar.ts'
import { cdlmorningstar } from './cdlmorningstar.ts'
import { cdlonneck } from './cdlonneck.ts'
import { cdlpiercing } from './cdlpiercing.ts'
import { cdlrickshawman } from './cdlrickshawman.ts'
import { cdlrisefall3methods } from './cdlrisefall3methods.ts'
import { cdlseparatinglines } from './cdlseparatinglines.ts'
import { cdlshootingstar } from './cdlshootingstar.ts'
import { cdlshortline } from './cdlshortline.ts'
import { cdlspinningtop } from './cdlspinningtop.ts'
import { cdlstalledpattern } from './cdlstalledpattern.ts'
import { cdlsticksandwich } from './cdlsticksandwich.ts'
import { cdltakuri } from './cdltakuri.ts'
import { cdltasukigap } from './cdltasukigap.ts'
import { cdlthrusting } from './cdlthrusting.ts'
import { cdltristar } from './cdltristar.ts'
import { cdlunique3river } from './cdlunique3river.ts'
import { cdlupsidegap2crows } from './cdlupsidegap2crows.ts'
import { cdlxsidegap3methods } from './cdlxsidegap3methods.ts'

export const PATTERN: readonly Definition[] = [
  cdl2crows,
  cdl3blackcrows,
  cdl3inside,
  cdl3linestrike,
  cdl3outside,
  cdl3starsinsouth,
  cdl3whitesoldiers,
  cdlabandonedbaby,
  cdladvanceblock,
  cdlbelthold,
  cdlbreakaway,
  cdlclosingmarubozu,
  cdlconcealbabyswall,
  cdlcounterattack,
  cdldarkcloudcover,
  cdldoji,
  cdldojistar,
  cdldragonflydoji,
  cdlengulfing,
  cdleveningdojistar,
  cdleveningstar,
  cdlgapsidesidewhite,
  cdlgravestonedoji,
  cdlhammer,
  cdlhangingman,
  cdlharami,
  cdlharamicross,
  cdlhighwave,
  cdlhikkake,
  cdlhikkakemod,
  cdlhomingpigeon,
  cdlidentical3crows,
  cdlinneck,
  cdlinvertedhammer,
  cdlkicking,
  cdlkickingbylength,
  cdlladderbottom,
  cdllongleggeddoji,
  cdllongline,
  cdlmarubozu,
  cdlmatchinglow,
  cdlmathold,
  cdlmorningdojistar,
  cdlmorningstar,
  cdlonneck,
  cdlpiercing,
  cdlrickshawman,
  cdlrisefall3methods,
  cdlseparatinglines,
  cdlshootingstar,
  cdlshortline,
  cdlspinningtop,
  cdlstalledpattern,
  cdlsticksandwich,
  cdltakuri,
  cdltasukigap,
  cdlthrusting,
  cdltristar,
  cdlunique3river,
  cdlupsidegap2crows,
  cdlxsidegap3methods,
]
