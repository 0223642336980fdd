import { parseArgs } from 'node:util'

export const USAGE = `usage: npm run reset -- --group candles [--from TIME] [--yes]
  --group NAME    candles or technical-indicators; with candles, technical-indicators starts over too, from the new candles
  --from TIME     starts with the records written since then, e.g. 2026-01-31 or 2026-01-31T12:00:00Z (UTC); by default with
                  the oldest record that the input retains
  --file PATH     the file that receives the new names (.env)
  --yes           performs the reset; without it the command only prints what it would do
The group starts over under a new name and writes to new topics. The old topics are not changed. Each run starts over once more, also
after a kill; of two runs at the same time, one is refused by name or starts over after the other. The broker is KAFKA_BROKERS
from the environment or .env, else localhost:9092.`

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

/** Without a zone or as free text, a time would be another one on each machine. */
const TIME = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?Z)?$/

/** @returns undefined if the arguments ask for help. @throws Error that names the wrong option */
export function readOptions(args: readonly string[], nowMs = Date.now()): ResetOptions | undefined {
  const { values } = parseArgs({ args: [...args], options: OPTIONS })
  if (values.help) return undefined
  if (!values.group) throw new Error('--group is missing, e.g. --group candles')
  const isTime = values.from !== undefined && TIME.test(values.from)
  const fromMs = values.from === undefined ? undefined : isTime ? Date.parse(values.from) : Number.NaN
  if (Number.isNaN(fromMs))
    throw new Error(`--from ${values.from} is not a time like 2026-01-31 or 2026-01-31T12:00:00Z`)
  if (fromMs !== undefined && fromMs > nowMs) throw new Error(`--from ${values.from} is in the future`)
  return { group: values.group, fromMs, envFile: values.file, yes: values.yes }
}
