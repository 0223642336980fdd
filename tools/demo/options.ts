import { parseArgs } from 'node:util'

export interface DemoOptions {
  readonly exitAfterMs: number | undefined
  readonly help: boolean
}

export const USAGE = `usage: npm start [-- --exit-after 60s]
Environment: EXCHANGE=kraken or simulated (default: Kraken if it answers), KAFKA_BROKERS (default: a broker of its own),
PAIRS, CANDLE_INTERVALS and whatever else .env.example lists.`

const OPTIONS = { 'exit-after': { type: 'string' }, help: { type: 'boolean', default: false } } as const
const MS = { s: 1000, m: 60_000, h: 3_600_000 }

/** @throws Error with the usage */
export function readOptions(argv: readonly string[]): DemoOptions {
  try {
    const { values } = parseArgs({ args: [...argv], options: OPTIONS })
    return { exitAfterMs: durationMs(values['exit-after']), help: values.help }
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${USAGE}`)
  }
}

function durationMs(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const [, count, unit] = /^([1-9]\d{0,5})([smh])$/.exec(text) ?? []
  if (!count) throw new Error(`--exit-after ${text} is not a time like 60s, 5m or 1h`)
  return Number(count) * MS[unit as keyof typeof MS]
}
