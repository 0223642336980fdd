import { readFileSync } from 'node:fs'
import { type BarsByPair, pairsProblem, parseBars } from '@candlewick/market-data'
import * as z from 'zod'
import { ConfigError } from './config-error.ts'

/** The variable that names a JSON file of thresholds that differ by pair. */
export const barsFile = z.string().transform((file, context): BarsByPair => {
  try {
    return parseBars(textOf(file))
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message })
    return z.NEVER
  }
})

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new Error(
      `cannot be read (${(error as Error).message}): name a file that this process can read, in a container a mounted one`,
    )
  }
}

/** @throws ConfigError for a pair with thresholds that is not among the configured pairs */
export function checkBarPairs(bars: BarsByPair | undefined, pairs: readonly string[] | undefined): void {
  const problem = pairsProblem(bars, pairs)
  if (problem !== undefined) throw new ConfigError([{ variable: 'BARS', problem }])
}
