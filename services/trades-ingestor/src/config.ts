import { accessSync, constants, statSync } from 'node:fs'
import {
  columnsOf,
  EXCHANGE_NAMES,
  FIRST_TRADE_MS,
  formatOf,
  Malformed,
  pairProblem,
  REST_FAULTS,
  SOCKET_FAULTS,
} from '@candlewick/exchanges'
import { barsFile, ConfigError, decimal, integer, list } from '@candlewick/service'
import * as z from 'zod'

const url = (protocol: RegExp, example: string) =>
  z.url({ protocol, error: `is not a URL like ${example}` }).transform(text => text.replace(/\/+$/, ''))

function columns(text: string, context: z.RefinementCtx<string>) {
  try {
    return columnsOf(text)
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message })
    return z.NEVER
  }
}

const pair = z.string().superRefine((name, context) => {
  const problem = pairProblem(name)
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem })
})

const FAULTS: readonly string[] = [...SOCKET_FAULTS, ...REST_FAULTS]

const faultRate = z
  .string()
  .regex(/^[a-z0-9-]+:(0(\.\d+)?|1)$/, { error: 'is not FAULT:PROBABILITY, e.g. gap:0.01', abort: true })
  .refine(text => FAULTS.includes(text.split(':')[0] ?? ''), `names no fault; there are ${FAULTS.join(', ')}`)

const faultRates = list(faultRate).refine(
  rates => new Set(rates.map(rate => rate.split(':')[0])).size === rates.length,
  'names a fault twice',
)

/** The simulated exchange's clock never gets ahead of ours. With a start in the future it would stand still until then. */
const simulatedStart = z.iso
  .datetime({ error: 'is not a time like 2026-01-31T12:00:00Z', abort: true })
  .transform(Date.parse)
  .refine(ms => ms >= FIRST_TRADE_MS, `lies before ${new Date(FIRST_TRADE_MS).toISOString()}, when its trades begin`)
  .refine(ms => ms <= Date.now(), 'lies in the future')

/** The ingestor's own environment variables, which .env.example describes for users. */
export const variables = {
  EXCHANGE: z
    .enum([...EXCHANGE_NAMES, 'simulated', 'replay'], `is not ${EXCHANGE_NAMES.join(', ')}, simulated or replay`)
    .default('kraken'),
  EXCHANGE_WS_URL: url(/^wss?$/, 'wss://ws.kraken.com/v2').optional(),
  EXCHANGE_REST_URL: url(/^https?$/, 'https://api.kraken.com').optional(),
  /** Default: BTC/USD,ETH/USD,SOL/USD; for Binance their USDT pairs; for a replay all pairs of the file. */
  PAIRS: list(pair).optional(),
  /** The file of thresholds by pair that candles reads; the ingestor only compares its pairs with PAIRS. */
  BARS: barsFile.optional(),
  PLACEMENT: z.enum(['balanced', 'murmur2'], 'is neither balanced nor murmur2').default('balanced'),
  WATERMARK_GRACE_MS: integer(0, 3_600_000).prefault('1000'),
  /** Default: as much as the exchange returns within 20 seconds. */
  HISTORY_HOURS: integer(0, 100_000).optional(),
  SEED_CANDLES: integer(0, 720).prefault('300'),
  /** Interval at which final candles are compared with the exchange's own; 0: never. */
  AUDIT_EVERY_MINUTES: integer(0, 1440).prefault('0'),
  REPLAY_FILE: z.string().optional(),
  /** The columns of a CSV file with an unknown layout. */
  REPLAY_COLUMNS: z.string().transform(columns).optional(),
  /** Speed relative to real time; 0: as fast as possible. */
  REPLAY_SPEED: decimal(0, 1_000_000)
    .refine(speed => speed === 0 || speed >= 0.001, 'is less than 0.001, at which an hour takes six weeks')
    .prefault('0'),
  REPLAY_EXCHANGE: z
    .string()
    .regex(/^[a-z0-9_-]+$/, 'is not a name of small letters and digits')
    .default('replay'),
  SIMULATED_SEED: integer(0, 2 ** 31 - 1).prefault('1'),
  SIMULATED_TRADES_PER_SECOND: decimal(0.001, 100_000).prefault('8'),
  /** Above 1, SIMULATED_START must lie in the past, because simulated time never gets ahead of real time. */
  SIMULATED_SPEED: decimal(0.001, 100_000).prefault('1'),
  SIMULATED_START: simulatedStart.optional(),
  /** Probabilities per message or answer, e.g. `disconnect:0.001,gap:0.01`. */
  SIMULATED_FAULTS: faultRates.optional(),
}

/** @returns why a file of recorded trades cannot be read, judging by its name and its rights; undefined if they show no problem. */
export function fileProblem(file: string): string | undefined {
  try {
    if (statSync(file).isDirectory()) return 'is a folder: name a file'
    accessSync(file, constants.R_OK)
    formatOf(file)
    return undefined
  } catch (error) {
    return error instanceof Malformed ? error.message : `cannot be read: ${(error as Error).message}`
  }
}

export type IngestorConfig = z.infer<z.ZodObject<typeof variables>>

/** @throws ConfigError that names variables that contradict each other */
export function checkTogether(config: IngestorConfig): void {
  const problems: { variable: string; value?: string; problem: string }[] = []
  const { EXCHANGE, EXCHANGE_WS_URL, EXCHANGE_REST_URL, REPLAY_FILE, SIMULATED_SPEED, SIMULATED_START } = config
  if (EXCHANGE === 'replay' && REPLAY_FILE === undefined)
    problems.push({ variable: 'REPLAY_FILE', problem: 'is missing: EXCHANGE=replay needs it' })
  const unreadable = EXCHANGE === 'replay' && REPLAY_FILE !== undefined ? fileProblem(REPLAY_FILE) : undefined
  if (unreadable !== undefined) problems.push({ variable: 'REPLAY_FILE', value: REPLAY_FILE!, problem: unreadable })
  if (EXCHANGE === 'simulated' && !EXCHANGE_WS_URL !== !EXCHANGE_REST_URL)
    problems.push({
      variable: EXCHANGE_WS_URL ? 'EXCHANGE_REST_URL' : 'EXCHANGE_WS_URL',
      problem: 'is missing: a simulated exchange elsewhere needs both URLs, one in this process neither',
    })
  if (SIMULATED_SPEED > 1 && SIMULATED_START === undefined)
    problems.push({ variable: 'SIMULATED_START', problem: 'is missing: SIMULATED_SPEED above 1 needs it, in the past' })
  if (problems.length > 0) throw new ConfigError(problems)
}
