import { parseArgs } from 'node:util'

export const USAGE = `usage: npm run reset -- --group candles [--from TIME] [--yes]
  --group NAME    candles (then technical-indicators starts over too, from the new candles) or technical-indicators
  --from TIME     computes again only what was written since then, e.g. 2026-01-31 or 2026-01-31T12:00:00Z (UTC); without it
                  everything that the input still holds
  --file PATH     where the new names are written; without it .env
  --yes           does it; without it, it only says what it would do
The group starts over under a new name, and writes to new topics: the old ones stay as they are. The broker is
KAFKA_BROKERS, of the environment or of .env, else localhost:9092.`

const OPTIONS = {
  group: { type: 'string' },
  from: { type: 'string' },
  file: { type: 'string', default: '.env' },
  yes: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

export interface ResetOptions {
  readonly group: string
  /** Unix ms. */
  readonly fromMs: number | undefined
  readonly envFile: string
  readonly yes: boolean
}

/** @returns undefined when only help is asked for. @throws Error naming what is wrong */
export function readOptions(args: readonly string[], nowMs = Date.now()): ResetOptions | undefined {
  const { values } = parseArgs({ args: [...args], options: OPTIONS })
  if (values.help) return undefined
  if (!values.group) throw new Error('--group is missing, e.g. --group candles')
  const fromMs = values.from === undefined ? undefined : Date.parse(values.from)
  if (Number.isNaN(fromMs))
    throw new Error(`--from ${values.from} is not a time like 2026-01-31 or 2026-01-31T12:00:00Z`)
  if (fromMs !== undefined && fromMs > nowMs) throw new Error(`--from ${values.from} has not come yet`)
  return { group: values.group, fromMs, envFile: values.file, yes: values.yes }
}
