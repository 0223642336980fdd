/** A number of trades of [from_ms, to_ms) that could not be obtained from the exchange. */
export interface GapEntry {
  readonly type: 'gap'
  readonly from_ms: number
  readonly to_ms: number
  readonly trades: number
}
