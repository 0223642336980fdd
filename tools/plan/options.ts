import { parseArgs } from 'node:util'

export const USAGE = `usage: npm run plan -- --pairs 500 --trades-per-second 20000
  --pairs N                number of pairs, of all exchanges together
  --trades-per-second N    trades of all pairs together, at the busiest time that the services have to keep up with
Prints partitions, instances, CPU and memory, computed from measurements (bench/results); when to add more; and what a
million pairs would need.`

/** The load to plan for. */
export interface Load {
  readonly pairs: number
  readonly tradesPerSecond: number
}

const OPTIONS = {
  pairs: { type: 'string' },
  'trades-per-second': { type: 'string' },
  help: { type: 'boolean', default: false },
} as const

/** @returns undefined if the arguments ask for help. @throws Error that names the wrong option */
export function readOptions(args: readonly string[]): Load | undefined {
  const { values } = parseArgs({ args: [...args], options: OPTIONS })
  if (values.help) return undefined
  const pairs = number('pairs', values.pairs, 10_000_000)
  if (!Number.isInteger(pairs)) throw new Error(`--pairs ${values.pairs} is not a whole number`)
  return { pairs, tradesPerSecond: number('trades-per-second', values['trades-per-second'], 1_000_000_000) }
}

function number(name: string, text: string | undefined, max: number): number {
  if (text === undefined) throw new Error(`--${name} is missing`)
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
  if (!(value > 0 && value <= max)) throw new Error(`--${name} ${text} is not a number above 0 and up to ${max}`)
  return value
}
