export const SERVICES = ['trades-ingestor', 'candles', 'technical-indicators'] as const
export type ServiceName = (typeof SERVICES)[number]

/** One row of bench/results/live.json: CPU and memory of one instance under a load. */
export interface Measured {
  readonly service: string
  readonly pairs: number
  readonly trades_per_second: number
  readonly cpu_cores: number
  readonly megabytes: number
}

/** Cost of a service: a fixed part, a part for each pair, and a part for each trade a second. */
export interface Cost {
  readonly cores: { readonly base: number; readonly pair: number; readonly trade: number }
  readonly megabytes: { readonly base: number; readonly pair: number }
}

/** Measurements of live loads, and of each service catching up. */
export interface Measurements {
  readonly live: readonly Measured[]
  /** Input records (trades or candles) processed per CPU-second while catching up. */
  readonly catchUp: Readonly<Record<ServiceName, number>>
  /** Highest memory of each service while catching up. */
  readonly peakMegabytes: Readonly<Record<ServiceName, number>>
}

/** Candles a second of a pair with the default intervals. */
export const CANDLES_PER_PAIR = (1 + 1 / 5 + 1 / 15 + 1 / 60) / 60

/**
 * Computes costs from three live loads: two of them differ only in pairs, and two only in trades. A record never costs less than
 * while catching up, because small differences between small loads are noise.
 * @throws Error if such loads were not measured
 */
export function costOf(service: ServiceName, { live: measured, catchUp }: Measurements): Cost {
  const rows = measured.filter(row => row.service === service)
  const few = rows.reduce((a, b) => (b.pairs < a.pairs ? b : a), rows[0] ?? missing(service))
  const many = rows.find(r => r.pairs > few.pairs && r.trades_per_second === few.trades_per_second) ?? missing(service)
  const busy =
    rows.find(r => r.pairs === many.pairs && r.trades_per_second > many.trades_per_second) ?? missing(service)
  const record = 1 / catchUp[service]
  const ofCandles = service === 'technical-indicators'
  const trade = Math.max(
    ofCandles ? 0 : record,
    (busy.cpu_cores - many.cpu_cores) / (busy.trades_per_second - many.trades_per_second),
  )
  const pair = Math.max(
    ofCandles ? record * CANDLES_PER_PAIR : 0,
    (many.cpu_cores - few.cpu_cores) / (many.pairs - few.pairs),
  )
  const base = atLeast0(few.cpu_cores - trade * few.trades_per_second - pair * few.pairs)
  const most = Math.max(many.megabytes, busy.megabytes)
  const megabytes = atLeast0((most - few.megabytes) / (many.pairs - few.pairs))
  return {
    cores: { base, pair, trade },
    megabytes: { base: atLeast0(few.megabytes - megabytes * few.pairs), pair: megabytes },
  }
}

const atLeast0 = (value: number): number => Math.max(0, value)

function missing(service: string): never {
  throw new Error(`bench/results/live.json lacks loads of ${service} to compare: npm run bench:live -- --save live`)
}
