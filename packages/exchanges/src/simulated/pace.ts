import type { Market, MarketTrade } from './market.ts'

/** A span in which the market's time runs `factor` times as fast as the exchange's, from this instant on (Unix µs). */
interface Stretch {
  readonly exchangeUs: number
  readonly marketUs: number
  readonly factor: number
}

/** A market whose rate of trades can change, with the same list of trades. */
export class PacedMarket implements Pick<Market, 'trade' | 'lastId'> {
  readonly #market: Market
  readonly #stretches: Stretch[] = [{ exchangeUs: 0, marketUs: 0, factor: 1 }]

  constructor(market: Market) {
    this.#market = market
  }

  get factor(): number {
    return this.#stretches.at(-1)!.factor
  }

  /**
   * Changes the rate from now on; past trades stay as they are. @param nowUs the exchange's time, not before an earlier
   * change's
   */
  change(factor: number, nowUs: number): void {
    this.#stretches.push({ exchangeUs: nowUs, marketUs: this.#marketUs(nowUs), factor })
  }

  trade(pair: string, id: number): MarketTrade {
    const trade = this.#market.trade(pair, id)
    return { ...trade, timestamp_us: this.#exchangeUs(trade.timestamp_us) }
  }

  lastId(pair: string, exchangeUs: number): number {
    return this.#market.lastId(pair, this.#marketUs(exchangeUs))
  }

  #marketUs(us: number): number {
    const { exchangeUs, marketUs, factor } = this.#stretches.findLast(s => s.exchangeUs <= us)!
    return marketUs + Math.floor((us - exchangeUs) * factor)
  }

  /**
   * @returns the first instant at which the market has reached this time, so that `lastId` and a trade's time always agree.
   */
  #exchangeUs(us: number): number {
    const { exchangeUs, marketUs, factor } = this.#stretches.findLast(s => s.marketUs < us) ?? this.#stretches[0]!
    return exchangeUs + Math.ceil((us - marketUs) / factor)
  }
}
