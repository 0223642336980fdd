import ti from 'technicalindicators'
import type { Contestant } from '../contestant.ts'

type Make = Contestant[string]
type Bar = Parameters<ReturnType<Make>>[0]

/** An indicator of the library that starts without history and processes the values that `input` picks from each candle. */
const of =
  (make: () => { nextValue(input: never): unknown }, input: (bar: Bar) => unknown): Make =>
  () => {
    const indicator = make() as { nextValue(input: unknown): unknown }
    return bar => indicator.nextValue(input(bar))
  }

const onClose = (make: () => { nextValue(input: never): unknown }) => of(make, bar => bar.close)
const onCandle = (make: () => { nextValue(input: never): unknown }) => of(make, bar => bar)
const values: number[] = []
const none = { open: values, high: values, low: values, close: values, volume: values }

/** Indicators of npm's technicalindicators, by our names, with the parameters of ../shared.ts. */
export const technicalindicators: Contestant = {
  sma: onClose(() => new ti.SMA({ period: 20, values: [] })),
  ema: onClose(() => new ti.EMA({ period: 20, values: [] })),
  wma: onClose(() => new ti.WMA({ period: 20, values: [] })),
  rma: onClose(() => new ti.WEMA({ period: 20, values: [] })),
  bbands: onClose(() => new ti.BollingerBands({ period: 20, stdDev: 2, values: [] })),
  stddev: onClose(() => new ti.SD({ period: 20, values: [] })),
  rsi: onClose(() => new ti.RSI({ period: 14, values: [] })),
  macd: onClose(
    () =>
      new ti.MACD({
        fastPeriod: 12,
        slowPeriod: 26,
        signalPeriod: 9,
        SimpleMAOscillator: false,
        SimpleMASignal: false,
        values: [],
      }),
  ),
  roc: onClose(() => new ti.ROC({ period: 10, values: [] })),
  trix: onClose(() => new ti.TRIX({ period: 15, values: [] })),
  stochrsi: onClose(
    () => new ti.StochasticRSI({ rsiPeriod: 14, stochasticPeriod: 5, kPeriod: 1, dPeriod: 3, values: [] }),
  ),
  stoch: onCandle(() => new ti.Stochastic({ period: 5, signalPeriod: 3, high: [], low: [], close: [] })),
  adx: onCandle(() => new ti.ADX({ period: 14, high: [], low: [], close: [] })),
  atr: onCandle(() => new ti.ATR({ period: 14, high: [], low: [], close: [] })),
  trange: onCandle(() => new ti.TrueRange({ high: [], low: [], close: [] })),
  sar: onCandle(() => new ti.PSAR({ step: 0.02, max: 0.2, high: [], low: [] })),
  willr: onCandle(() => new ti.WilliamsR({ period: 14, high: [], low: [], close: [] })),
  cci: onCandle(() => new ti.CCI({ period: 14, high: [], low: [], close: [] })),
  ao: onCandle(() => new ti.AwesomeOscillator({ fastPeriod: 5, slowPeriod: 34, high: [], low: [] })),
  ad: onCandle(() => new ti.ADL({ ...none })),
  obv: onCandle(() => new ti.OBV({ close: [], volume: [] })),
  efi: onCandle(() => new ti.ForceIndex({ period: 13, close: [], volume: [] })),
  mfi: onCandle(() => new ti.MFI({ period: 14, high: [], low: [], close: [], volume: [] })),
  ichimoku: onCandle(
    () =>
      new ti.IchimokuCloud({
        conversionPeriod: 9,
        basePeriod: 26,
        spanPeriod: 52,
        displacement: 26,
        high: [],
        low: [],
      }),
  ),
}
