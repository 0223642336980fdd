export const SERVICES = ['trades-ingestor', 'candles', 'technical-indicators'] as const
export type ServiceName = (typeof SERVICES)[number]

/** A row of bench/results/live.json: what one instance took under a load. */
export interface Measured {
  readonly service: string
  readonly pairs: number
  readonly trades_per_second: number
  readonly cpu_cores: number
  readonly megabytes: number
}

/** What a service takes: so much at all, and for each pair and each trade a second. */
export interface Cost {
  readonly cores: { readonly base: number; readonly pair: number; readonly trade: number }
  readonly megabytes: { readonly base: number; readonly pair: number }
}

/**
 * Costs by three measured loads: two that differ in pairs only, two that differ in trades only. What comes out below 0 is
 * noise and counts as 0.
 * @throws Error where such loads were not measured
 */
export function costOf(service: ServiceName, measured: readonly Measured[]): Cost {
  const rows = measured.filter(row => row.service === service)
  const few = rows.reduce((a, b) => (b.pairs < a.pairs ? b : a), rows[0] ?? missing(service))
  const many = rows.find(r => r.pairs > few.pairs && r.trades_per_second === few.trades_per_second) ?? missing(service)
  const busy =
    rows.find(r => r.pairs === many.pairs && r.trades_per_second > many.trades_per_second) ?? missing(service)
  const trade = atLeast0((busy.cpu_cores - many.cpu_cores) / (busy.trades_per_second - many.trades_per_second))
  const pair = atLeast0((many.cpu_cores - few.cpu_cores) / (many.pairs - few.pairs))
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
