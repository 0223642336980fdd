import { Trade } from '@candlewick/market-data'
import { type LogRecord, type Processor, Rejected } from '@candlewick/streams'

/** State of one pair: plain JSON, which the runtime restores after a crash and moves with the pair to another partition. */
interface PairState {
  /** Mean value of the last trades, in the quote currency. */
  mean: number
  trades: number
}

export interface LargeTrade extends Trade {
  /** Price times quantity, in the quote currency. */
  readonly value: number
  /** The trade's value divided by the pair's mean. */
  readonly times: number
}

/** A trade is large if its value is at least this many times the mean. */
const TIMES = 10
const MEAN_OF = 100

/** Trades → large trades. A processor only computes: the runtime reads, commits, restores and moves. */
export const largeTrades: Processor<PairState> = {
  stateVersion: 1,
  configHash: `${TIMES} times the mean of ${MEAN_OF}`,
  initial: () => ({ mean: 0, trades: 0 }),
  process(state, record, emit) {
    const trade = tradeOf(record)
    const value = trade.price * trade.qty
    const times = value / state.mean
    if (state.trades >= MEAN_OF && times >= TIMES) emit.output({ ...trade, value, times } satisfies LargeTrade)
    state.trades++
    state.mean += (value - state.mean) / Math.min(state.trades, MEAN_OF)
  },
  // Watermarks and gaps mean nothing to this processor.
  control() {},
}

/** @throws Rejected, which sends the record to the dead letters with this reason */
function tradeOf({ value }: LogRecord): Trade {
  try {
    return Trade.parse(JSON.parse(String(value)))
  } catch (error) {
    throw new Rejected('malformed', (error as Error).message)
  }
}
