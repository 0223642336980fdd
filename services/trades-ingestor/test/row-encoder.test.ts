import { type ExchangeTrade, PairIndex, TradeBatch } from '@candlewick/exchanges'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { RowEncoder } from '../src/recorded/row-encoder.ts'
import { tradeText } from '../src/records.ts'

const trade: fc.Arbitrary<ExchangeTrade> = fc.record({
  pair: fc.constantFrom('BTC/USD', '币安人生/USDT', 'a "b"\\c', 'A'.repeat(100)),
  trade_id: fc.oneof(
    fc.maxSafeNat(),
    fc.nat({ max: 1100 }),
    fc.constantFrom(999_999_999, 1_000_000_000, 1_000_000_001),
  ),
  side: fc.constantFrom('buy', 'sell', null),
  price: fc.constantFrom('1', '64000.10', '2e-9', '0.00000001', '9'.repeat(64)),
  qty: fc.constantFrom('1', '1000000000000.5', '0.10000000'),
  timestamp_ms: fc.integer({ min: 1e11, max: 1e14 - 1 }),
})

it('writes the same text as tradeText, byte for byte', () => {
  const encoder = new RowEncoder()
  fc.assert(
    fc.property(fc.array(trade, { minLength: 1, maxLength: 20 }), trades => {
      const batch = new TradeBatch('x.csv', new PairIndex())
      for (const [i, each] of trades.entries()) batch.push(each, i + 1)
      for (const [i, each] of trades.entries())
        expect(encoder.encode(each.pair, batch, i).toString()).toBe(tradeText(each))
    }),
  )
})
