/** The input of a scenario: trades in a topic, the candles made of them, or a recording of them in a file. */
export interface Input {
  readonly kind: 'trades' | 'candles' | 'recording'
  readonly pairs: number
  readonly partitions: number
  /** Span of the trades' event time, hours. */
  readonly hours: number
}

/** One row of the table: a contestant's program and its input. */
export interface Scenario {
  readonly name: string
  readonly input: Input
  /** A file of `contestants/`, which receives the brokers, the input's name and size, and these arguments. */
  readonly file: string
  readonly args: readonly string[]
}

const trades = (input: Partial<Input> = {}): Input => ({ kind: 'trades', pairs: 20, partitions: 4, hours: 2, ...input })
const raw = (name: string, mode: string): Scenario => ({ name, input: trades(), file: 'raw-kafkajs.ts', args: [mode] })
const candles = (name: string, input: Input, intervals: string): Scenario => ({
  name: `candles, ${name}`,
  input,
  file: 'candles.ts',
  args: [intervals],
})

const FOUR = '1m,5m,15m,1h'
const EIGHT = '1m,3m,5m,15m,30m,1h,4h,1d'
const TEN = '1m,2m,3m,5m,10m,15m,30m,1h,4h,1d'

const RAW = 'raw kafkajs: read + JSON.parse'

const TABLE: readonly Scenario[] = [
  raw('raw kafkajs: read', 'read'),
  raw(RAW, 'parse'),
  candles('1 interval', trades(), '1m'),
  candles('4 intervals', trades(), FOUR),
  candles('8 intervals', trades(), EIGHT),
  candles('interval and 3 bars', trades(), '1m,tick:500,volume:10,value:1000000'),
  candles('2,000 pairs', trades({ pairs: 2000 }), '1m'),
  candles('2,000 pairs, 4 intervals', trades({ pairs: 2000 }), FOUR),
  candles('32 partitions', trades({ partitions: 32 }), '1m'),
  {
    name: 'technical-indicators (candles)',
    input: trades({ kind: 'candles', pairs: 2000 }),
    file: 'technical-indicators.ts',
    args: [],
  },
  { name: 'trades-ingestor, replay', input: trades({ kind: 'recording' }), file: 'replay.ts', args: [] },
]

/** Scenarios that each change one property of the input, which must not change the cost of a trade. */
const base = (input: Partial<Input> = {}): Input => trades({ pairs: 10, hours: 1 / 6, ...input })
const FEW = candles('10 pairs, 10 minutes', base(), '1m')
const MANY: readonly Scenario[] = [
  candles('1,000 pairs', base({ pairs: 1000 }), '1m'),
  candles('5,000 pairs', base({ pairs: 5000 }), '1m'),
  candles('5,000 pairs, no window ends', base({ pairs: 5000 }), '1h'),
]
const FLAT: readonly Scenario[] = [
  FEW,
  candles('10 intervals', base(), TEN),
  ...MANY,
  candles('10 hours', base({ hours: 10 }), '1m'),
  candles('1 partition', base({ partitions: 1 }), '1m'),
  candles('32 partitions', base({ pairs: 40, partitions: 32 }), '1m'),
]

interface ScenarioSet {
  readonly scenarios: readonly Scenario[]
  /** The name of the scenario with which the others are compared. */
  readonly baseline: string
  /** Default number of records to read. */
  readonly trades: number
}

export const SETS: Readonly<Record<string, ScenarioSet>> = {
  table: { scenarios: TABLE, baseline: RAW, trades: 2_000_000 },
  // The start, V8's compilation and fresh memory take a second of CPU time, and a quarter of a second more with thousands of
  // pairs, however many records are read. That is little compared with the cost of this many trades. More of them would not
  // fit into this machine's memory, and the broker would read from its disk.
  flat: { scenarios: FLAT, baseline: FEW.name, trades: 20_000_000 },
  pairs: { scenarios: [FEW, ...MANY], baseline: FEW.name, trades: 40_000_000 },
}
