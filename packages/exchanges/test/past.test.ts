import { expect, it } from 'vitest'
import { type ExchangeTrade, type History, pastTrades, type RejectedTrade } from '../src/index.ts'

const MS = 1_767_225_600_000
const COUNT = 40
const PAGE = 10

const tradeNo = (id: number): ExchangeTrade => ({
  pair: 'A/B',
  trade_id: id,
  side: 'buy',
  price: '1',
  qty: '1',
  timestamp_ms: MS + id * 1000,
})

/** A history of pages by time, as Kraken's is: a page begins at the position's time. */
function historyOf(all: readonly ExchangeTrade[]): History {
  return {
    page: async (_pair, { trade_id, timestamp_ms }) => {
      const from = all.findIndex(trade => trade.timestamp_ms >= timestamp_ms && trade.trade_id > (trade_id ?? -1))
      const trades = from < 0 ? [] : all.slice(from, from + PAGE)
      return { trades, rejected: [], end: trades.length === 0 }
    },
  }
}

async function read(all: readonly ExchangeTrade[], toMs = MS + 1e9) {
  const rejected: RejectedTrade[] = []
  const ids: number[] = []
  const span = { pair: 'A/B', after: { trade_id: null, timestamp_ms: MS }, fromMs: MS, toMs }
  const options = {
    signal: new AbortController().signal,
    onFailure: () => {},
    onRejected: (rows: readonly RejectedTrade[]) => rejected.push(...rows),
  }
  for await (const trade of pastTrades(historyOf(all), [span], options)) ids.push(trade.trade_id)
  return { ids, rejected: rejected.map(({ trade_id, field }) => [trade_id, field]) }
}

it.each([MS + 1e10, 1e12])(
  'rejects a trade whose time is wrong, at every position, and reads on: %d',
  async timestamp_ms => {
    for (let wrong = 1; wrong < COUNT; wrong++) {
      const all = Array.from({ length: COUNT }, (_, id) => ({ ...tradeNo(id), ...(id === wrong && { timestamp_ms }) }))
      const { ids, rejected } = await read(all)
      expect(ids, `${wrong}`).toEqual(Array.from({ length: COUNT }, (_, id) => id).filter(id => id !== wrong))
      // Behind the last trade, a time beyond the requested one is no contradiction, and a page does not begin with an earlier one.
      const isNotSeen = timestamp_ms > MS ? wrong === COUNT - 1 : wrong % PAGE === 0
      expect(rejected, `${wrong}`).toEqual(isNotSeen ? [] : [[wrong, 'timestamp']])
    }
  },
)

it('ends where the requested time ends', async () => {
  const all = Array.from({ length: COUNT }, (_, id) => tradeNo(id))
  for (const end of [1, 9, 10, 11, 39])
    expect(await read(all, MS + end * 1000)).toEqual({ ids: Array.from({ length: end }, (_, id) => id), rejected: [] })
})
