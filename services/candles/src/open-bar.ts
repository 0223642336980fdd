import { isImbalance } from '@candlewick/market-data'
import { type Imbalance, noImbalance } from './imbalance.ts'
import { IDS_TO, neverOpened, type OpenWindow } from './open-window.ts'

/** A bar that has not ended: plain JSON, some 270 bytes. */
export interface OpenBar {
  /** The bar's name, e.g. `tick:500`. */
  readonly interval: string
  /** Its number: the first one of a pair and interval is 1. */
  bar: number
  /** Whether no trade is missing since the end of the bar before. */
  complete: boolean
  /**
   * Its trades. `OPEN_MS` and `SEEN_MS` are the times of its first and its newest trade, which never go back, and `IDS_TO` is
   * the id of the newest trade, which stays when the bar ends; the other numbers before the trades are not used.
   */
  readonly window: OpenWindow
  /** Only where its imbalance ends the bar. */
  readonly imbalance?: Imbalance
}

export const firstBar = (interval: string): OpenBar => ({
  ...{ interval, bar: 1, complete: true, window: neverOpened() },
  ...(isImbalance(interval) && { imbalance: noImbalance() }),
})

/** @returns whether the trade follows the newest one without a missing id; true for the first trade of all. */
export const follows = ({ window }: OpenBar, id: number): boolean => window[IDS_TO] === -1 || id === window[IDS_TO]! + 1

/** @returns the pair's bars after a change of the configuration: those that stay lose nothing, new ones begin with the next trade. */
export const changeBars = (bars: readonly OpenBar[], names: readonly string[]): OpenBar[] =>
  names.map(name => bars.find(({ interval }) => interval === name) ?? firstBar(name))
