import { isImbalance } from '@candlewick/market-data'
import { type Imbalance, noImbalance } from './imbalance.ts'
import { IDS_TO, neverOpened, type OpenWindow } from './open-window.ts'

/** A bar that has not ended: plain JSON, some 270 bytes. */
export interface OpenBar {
  /** The bar's name, e.g. `tick:500`. */
  readonly interval: string
  /** The bar's number: the first bar of a pair and interval is 1. */
  bar: number
  /** Whether no trade is missing since the end of the previous bar. */
  complete: boolean
  /**
   * The bar's trades. `OPEN_MS` and `SEEN_MS` are the times of its first and its newest trade, which never go back. `IDS_TO` is
   * the id of the series' newest trade, and stays when the bar ends. The other numbers before the trades are not used.
   */
  readonly window: OpenWindow
  /** Present only in imbalance bars. */
  readonly imbalance?: Imbalance
}

export const firstBar = (interval: string): OpenBar => ({
  ...{ interval, bar: 1, complete: true, window: neverOpened() },
  ...(isImbalance(interval) && { imbalance: noImbalance() }),
})

/** @returns whether the trade follows the newest one without a missing id; true for the first trade of the series. */
export const follows = ({ window }: OpenBar, id: number): boolean => window[IDS_TO] === -1 || id === window[IDS_TO]! + 1

/** @returns the pair's bars after a change of the configuration: bars that stay lose nothing, new bars begin with the next trade. */
export const changeBars = (bars: readonly OpenBar[], names: readonly string[]): OpenBar[] =>
  names.map(name => bars.find(({ interval }) => interval === name) ?? firstBar(name))
