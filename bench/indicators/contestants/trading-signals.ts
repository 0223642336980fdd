import * as ts from 'trading-signals'
import type { Contestant } from '../contestant.ts'

/** An indicator of the library, which processes the values that `input` picks from each candle. */
const of =
  <Input>(make: () => { add(input: Input): unknown }, input: (bar: Bar) => Input): Make =>
  () => {
    const indicator = make()
    return bar => indicator.add(input(bar))
  }
type Make = Contestant[string]
type Bar = Parameters<ReturnType<Make>>[0]

const close = (bar: Bar) => bar.close
const volume = (bar: Bar) => bar.volume
const candle = (bar: Bar) => bar
const onClose = (make: () => { add(input: number): unknown }) => of(make, close)
const onCandle = (make: () => { add(input: Bar): unknown }) => of(make, candle)

/** Indicators of npm's trading-signals, by our names, with the parameters of ../shared.ts. */
export const tradingSignals: Contestant = {
  sma: onClose(() => new ts.SMA(20)),
  ema: onClose(() => new ts.EMA(20)),
  wma: onClose(() => new ts.WMA(20)),
  dema: onClose(() => new ts.DEMA(20)),
  tema: onClose(() => new ts.TEMA(20)),
  trima: onClose(() => new ts.TRIMA(20)),
  kama: onClose(() => new ts.KAMA(20)),
  t3: onClose(() => new ts.T3(5, 0.7)),
  hma: onClose(() => new ts.HMA(20)),
  zlema: onClose(() => new ts.ZLEMA(20)),
  rma: onClose(() => new ts.RMA(20)),
  mama: onClose(() => new ts.MAMA({ fastLimit: 0.5, slowLimit: 0.05 })),
  ht_trendline: onClose(() => new ts.HTTrendline()),
  bbands: onClose(() => new ts.BollingerBands(20, 2)),
  accbands: onCandle(() => new ts.AccelerationBands(20, 4)),
  donchian: onCandle(() => new ts.DonchianChannels(20)),
  kc: onCandle(() => new ts.KeltnerChannels({ atrInterval: 10, emaInterval: 20, multiplier: 2 })),
  supertrend: onCandle(() => new ts.SuperTrend({ interval: 10, multiplier: 3 })),
  sar: onCandle(() => new ts.PSAR({ accelerationStep: 0.02, accelerationMax: 0.2 })),
  ichimoku: onCandle(() => new ts.IchimokuCloud({ conversionInterval: 9, baseInterval: 26, spanBInterval: 52 })),
  vwap_anchored: onCandle(() => new ts.VWAP()),
  vwma: onCandle(() => new ts.VWMA(20)),
  linearreg: onClose(() => new ts.LinearRegression(14)),
  rsi: onClose(() => new ts.RSI(14)),
  macd: onClose(() => new ts.MACD(new ts.EMA(12), new ts.EMA(26), new ts.EMA(9))),
  stoch: onCandle(() => new ts.StochasticOscillator({ kPeriod: 5, kSlowingPeriod: 3, dPeriod: 3 })),
  stochrsi: onClose(() => new ts.StochasticRSI(14)),
  adx: onCandle(() => new ts.ADX(14)),
  adxr: onCandle(() => new ts.ADXR(14)),
  dx: onCandle(() => new ts.DX(14)),
  aroon: onCandle(() => new ts.Aroon(14)),
  apo: onClose(() => new ts.APO({ fastPeriod: 12, slowPeriod: 26 })),
  ppo: onClose(() => new ts.PPO({ fastPeriod: 12, slowPeriod: 26 })),
  ao: onCandle(() => new ts.AO(5, 34)),
  ac: onCandle(() => new ts.AC(5, 34, 5)),
  bop: onCandle(() => new ts.BOP()),
  cci: onCandle(() => new ts.CCI(14)),
  cmo: onClose(() => new ts.CMO(14)),
  coppock: onClose(() => new ts.CoppockCurve({ shortRocInterval: 11, longRocInterval: 14, wmaInterval: 10 })),
  dpo: onClose(() => new ts.DPO(20)),
  er: onCandle(() => new ts.ER(10)),
  eri: onCandle(() => new ts.ElderRay(13)),
  imi: onCandle(() => new ts.IMI(14)),
  mfi: onCandle(() => new ts.MFI(14)),
  mom: onClose(() => new ts.MOM(10)),
  qstick: onCandle(() => new ts.Qstick(10)),
  roc: onClose(() => new ts.ROC(10)),
  smi: onCandle(() => new ts.SMI({ interval: 13, smooth1: 25, smooth2: 2 })),
  trix: onClose(() => new ts.TRIX(15)),
  tsi: onClose(() => new ts.TSI({ longPeriod: 25, shortPeriod: 13 })),
  ultosc: onCandle(() => new ts.UltimateOscillator({ shortPeriod: 7, mediumPeriod: 14, longPeriod: 28 })),
  vhf: onClose(() => new ts.VHF(28)),
  vortex: onCandle(() => new ts.VortexIndicator(14)),
  willr: onCandle(() => new ts.WilliamsR(14)),
  wad: onCandle(() => new ts.WAD()),
  ad: onCandle(() => new ts.AD()),
  adosc: onCandle(() => new ts.ADOSC({ fastPeriod: 3, slowPeriod: 10 })),
  cmf: onCandle(() => new ts.CMF(20)),
  efi: onCandle(() => new ts.ForceIndex(13)),
  marketfi: onCandle(() => new ts.MarketFacilitationIndex()),
  nvi: onCandle(() => new ts.NVI()),
  obv: onCandle(() => new ts.OBV(5)),
  pvi: onCandle(() => new ts.PVI()),
  pvo: of(() => new ts.PVO({ fastPeriod: 12, slowPeriod: 26 }), volume),
  pvt: onCandle(() => new ts.PVT()),
  rvol: of(() => new ts.RVOL(20), volume),
  atr: onCandle(() => new ts.ATR(14)),
  natr: onCandle(() => new ts.NATR(14)),
  trange: onCandle(() => new ts.TR()),
  cvi: onCandle(() => new ts.CVI(10)),
  massi: onCandle(() => new ts.MassIndex(25)),
  rvi: onClose(() => new ts.RelativeVolatilityIndex({ interval: 14, stddevInterval: 10 })),
}
