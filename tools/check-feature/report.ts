import { relative } from 'node:path'
import type { Checked } from './check.ts'
import type { Cost } from './cost.ts'

/** @returns the findings in words. A reason that several rules give is written only once. */
export function reportOf({ entry, file, fields, warmup, verdicts }: Checked): string {
  const said = new Set<string>()
  const lines = verdicts.flatMap(({ rule, broken }) => {
    if (broken === undefined) return [`  ok     ${rule}`]
    const reason = said.has(broken) ? 'see above' : broken
    said.add(broken)
    return [`  WRONG  ${rule}:`, `         ${reason}`]
  })
  const candles = `${warmup} candle${warmup === 1 ? '' : 's'}`
  return [`${entry} (${relative(process.cwd(), file)}): ${fields.join(', ')}; warm after ${candles}`, ...lines].join(
    '\n',
  )
}

/** @returns a table of costs, with the features first. */
export function costsAsText(costs: readonly Cost[]): string {
  const width = Math.max(...costs.map(({ entry }) => entry.length))
  const lines = costs.map(
    ({ entry, us, state }) =>
      `  ${entry.padEnd(width)}  ${us.toFixed(2).padStart(7)} µs a candle  ${String(state).padStart(6)} bytes of state`,
  )
  return ['Cost, as the services run it, beside built-in indicators (CPU time, median of rounds):', ...lines].join('\n')
}
