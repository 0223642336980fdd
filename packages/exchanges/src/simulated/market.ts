import { hash, hashText, pareto, uniform } from './random.ts'

export interface MarketOptions {
  readonly seed: number
  /** Trades a second of a pair, on average. */
  readonly tradesPerSecond: number
  /** Pairs with a rate of their own. */
  readonly rates?: Readonly<Record<string, number>>
}

export interface MarketTrade {
  readonly trade_id: number
  readonly side: 'buy' | 'sell'
  readonly price: string
  readonly qty: string
  /** Unix microseconds. */
  readonly timestamp_us: number
}

/** Trade 1 of each simulated pair happens soon after this time (Unix ms). */
export const FIRST_TRADE_MS = Date.UTC(2020, 0, 1)
const EPOCH_US = FIRST_TRADE_MS * 1000
/** Trades per block. A block lasts exactly as long as its trades take on average, so ids can be converted to times. */
const BLOCK = 256
const TRADES_KEPT = 1200
const SWEEP_PROBABILITY = 0.4
const PRICES: Readonly<Record<string, number>> = {
  BTC: 64_000,
  ETH: 3100,
  SOL: 150,
  XRP: 0.55,
  DOGE: 0.12,
  SHIB: 1.7e-5,
}
const OCTAVES = 24
/** Approximate standard deviation of the log price from one trade to the next. */
const VOLATILITY = 5e-5
const HALF_SPREAD = 3e-5
const TYPICAL_QUOTE_QTY = 40

interface PairMarket {
  readonly key: number
  readonly blockUs: number
  readonly price: number
  readonly decimals: number
  readonly blocks: Map<number, readonly number[]>
  /** Recent trades, because the history is read again and again. */
  readonly trades: Map<number, MarketTrade>
}

/** Generates trades as a pure function of (seed, pair, id), with bursts, fat tails and quiet spells. */
export class Market {
  readonly #o: MarketOptions
  readonly #pairs = new Map<string, PairMarket>()

  constructor(options: MarketOptions) {
    this.#o = options
  }

  trade(pair: string, id: number): MarketTrade {
    const market = this.#marketOf(pair)
    const known = market.trades.get(id)
    if (known) return known
    const trade = this.#make(market, id)
    if (market.trades.size >= TRADES_KEPT) market.trades.clear()
    market.trades.set(id, trade)
    return trade
  }

  /** Computes the time only when it is read: if trades are far apart, a time takes as long as 30 prices. */
  #make(market: PairMarket, id: number): MarketTrade {
    const index = id - 1
    const time = () => this.#times(market, Math.floor(index / BLOCK))[index % BLOCK] ?? Number.NaN
    const side = uniform(market.key, id, 1) < 0.5 + 0.2 * smooth(market.key + 1, id / 64) ? 'buy' : 'sell'
    const half = side === 'buy' ? HALF_SPREAD : -HALF_SPREAD
    const price = market.price * Math.exp(walk(market.key, id) + half)
    const qty = (TYPICAL_QUOTE_QTY / market.price) * Math.min(5000, pareto(uniform(market.key, id, 2), 1.4))
    return {
      trade_id: id,
      side,
      price: price.toFixed(market.decimals),
      qty: qty.toFixed(8),
      get timestamp_us() {
        return time()
      },
    }
  }

  /** @returns the id of the pair's newest trade at the time (Unix µs), 0 before the first. */
  lastId(pair: string, timestampUs: number): number {
    const market = this.#marketOf(pair)
    const block = Math.floor((timestampUs - EPOCH_US) / market.blockUs)
    if (block < 0) return 0
    const times = this.#times(market, block)
    const inBlock = times.findLastIndex(time => time <= timestampUs) + 1
    return block * BLOCK + inBlock
  }

  #marketOf(pair: string): PairMarket {
    const known = this.#pairs.get(pair)
    if (known) return known
    const key = hash(this.#o.seed, hashText(pair))
    const [base = '', quote = ''] = pair.split('/')
    const price = (PRICES[base] ?? 10 ** (uniform(key, 3) * 4 - 2)) / (PRICES[quote] ?? 1)
    const rate = this.#o.rates?.[pair] ?? this.#o.tradesPerSecond
    const decimals = Math.max(1, 5 - Math.floor(Math.log10(price)))
    const blockUs = (BLOCK / rate) * 1e6
    const market: PairMarket = { key, price, decimals, blockUs, blocks: new Map(), trades: new Map() }
    this.#pairs.set(pair, market)
    return market
  }

  /** The times of a block's trades. Some trades share an instant, as when an order sweeps the book; the others have fat-tailed gaps. */
  #times(market: PairMarket, block: number): readonly number[] {
    const known = market.blocks.get(block)
    if (known) return known
    const gaps = Array.from({ length: BLOCK + 1 }, (_, i) => {
      const u = uniform(market.key, block, i, 4)
      return i > 0 && u < SWEEP_PROBABILITY ? 0 : Math.min(200, pareto(uniform(market.key, block, i, 5), 1.3))
    })
    const total = gaps.reduce((sum, gap) => sum + gap, 0)
    const start = EPOCH_US + block * market.blockUs
    let elapsed = 0
    const times = gaps.slice(0, BLOCK).map(gap => {
      elapsed += gap
      return Math.floor(start + (elapsed / total) * market.blockUs)
    })
    if (market.blocks.size > 64) market.blocks.delete([...market.blocks.keys()][0] ?? 0)
    market.blocks.set(block, times)
    return times
  }
}

/** Value noise: smooth between random values in (-1, 1) at the integers. */
function smooth(key: number, x: number): number {
  const i = Math.floor(x)
  const a = fatTailed(uniform(key, i) * 2 - 1)
  const b = fatTailed(uniform(key, i + 1) * 2 - 1)
  return a + (b - a) * (x - i)
}

const fatTailed = (u: number): number => (0.6 * u) / Math.sqrt(1.01 - Math.abs(u))

/** Approximates a random walk of the log price at any id, by octaves of noise, each √2 times the next faster one. */
function walk(key: number, id: number): number {
  let sum = 0
  for (let k = 0; k < OCTAVES; k++) sum += VOLATILITY * Math.SQRT2 ** k * smooth(key + k + 2, id / 2 ** k)
  return sum
}
