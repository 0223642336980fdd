import { type ExchangeTrade, exchangeTrade, isTradeId, Malformed, type TradeFields } from './trade.ts'

/** A row of an exchange's message or answer without a usable trade. */
export interface RejectedTrade {
  /** Null if the row does not name its pair. */
  readonly pair: string | null
  /** The trade's place in its pair's sequence; null if the row has no valid id. */
  readonly trade_id: number | null
  /** The invalid field; `row` if the whole row is invalid. */
  readonly field: string
  /** The problem, with the value. */
  readonly problem: string
}

/** The rows of a message or page: the valid trades, in the order of their ids, and the rejected rows. */
export interface MappedTrades {
  readonly trades: readonly ExchangeTrade[]
  readonly rejected: readonly RejectedTrade[]
}

/**
 * Reads rows one by one, so that an invalid row does not affect the others.
 * @param fieldsOf returns a row's fields, and throws Malformed for a value that is no row at all
 * @param pair the pair of all rows, if the rows do not name it
 */
export function mapTrades(
  rows: readonly unknown[],
  fieldsOf: (row: unknown) => TradeFields,
  pair: string | null = null,
): MappedTrades {
  const trades: ExchangeTrade[] = []
  const rejected: RejectedTrade[] = []
  for (const row of rows) {
    let fields: TradeFields | undefined
    try {
      fields = fieldsOf(row)
      trades.push(exchangeTrade(fields))
    } catch (error) {
      if (!(error instanceof Malformed)) throw error
      rejected.push(rejection(fields, error, pair))
    }
  }
  return { trades: trades.sort((a, b) => a.trade_id - b.trade_id), rejected }
}

const rejection = (fields: TradeFields | undefined, error: Malformed, pair: string | null): RejectedTrade => ({
  pair: typeof fields?.pair === 'string' && fields.pair !== '' ? fields.pair : pair,
  trade_id: isTradeId(fields?.trade_id) ? fields.trade_id : null,
  field: error.field ?? 'row',
  problem: error.message,
})

/** @returns the rows above an id, and those without an id, which may be new; all rows where the id is null. */
export function rowsAbove({ trades, rejected }: MappedTrades, id: number | null): MappedTrades {
  if (id === null) return { trades, rejected }
  return {
    trades: trades.filter(({ trade_id }) => trade_id > id),
    rejected: rejected.filter(({ trade_id }) => trade_id === null || trade_id > id),
  }
}

export const rowCount = ({ trades, rejected }: MappedTrades): number => trades.length + rejected.length

/** @returns the lowest and the highest id of the rows; undefined if no row has an id. */
export function idRange({ trades, rejected }: MappedTrades): { lowest: number; highest: number } | undefined {
  const ids = rejected.flatMap(({ trade_id }) => trade_id ?? [])
  // The trades are in the order of their ids.
  ids.push(...[trades[0], trades.at(-1)].flatMap(trade => trade?.trade_id ?? []))
  return ids.length === 0 ? undefined : { lowest: Math.min(...ids), highest: Math.max(...ids) }
}
