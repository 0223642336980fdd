/** Parameters of the compared indicators that are not the defaults, in our order. */
export const PARAMETERS: Readonly<Record<string, readonly number[]>> = {
  sma: [20],
  ema: [20],
  wma: [20],
  dema: [20],
  tema: [20],
  trima: [20],
  kama: [20],
  hma: [20],
  zlema: [20],
  rma: [20],
  vwma: [20],
  trix: [15],
  stddev: [20, 1],
}
