import { readFileSync } from 'node:fs'
import { BAR_KINDS, BarsByPair } from '@candlewick/market-data'
import * as z from 'zod'
import { ConfigError } from './config-error.ts'

/** The variable that names a JSON file of thresholds that differ by pair. */
export const barsFile = z.string().transform((file, context): BarsByPair => {
  try {
    return parseBars(readFileSync(file, 'utf8'))
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message })
    return z.NEVER
  }
})

/** @throws Error naming each field that is wrong, and what to write instead */
export function parseBars(text: string): BarsByPair {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new Error(`is not JSON: ${(error as Error).message}. Write e.g. {"BTC/USD": {"tick": 2000}}`)
  }
  const result = BarsByPair.safeParse(value)
  if (result.success) return result.data
  throw new Error(result.error.issues.map(sentence).join('; '))
}

function sentence(issue: z.core.$ZodIssue): string {
  // Whether a threshold stands alone or in a list, its field is the kind.
  const field = issue.path.slice(0, 2).join('.')
  if (issue.code === 'unrecognized_keys')
    return `${field} has ${issue.keys.map(key => `"${key}"`).join(', ')}, which is no kind of bars: use ${BAR_KINDS.join(', ')}`
  if (issue.code === 'custom' || issue.path.length > 1) return `${field} ${issue.message}`
  return `${field || 'the file'} is no object of thresholds: write e.g. {"BTC/USD": {"tick": 2000}}`
}

/** @throws ConfigError for a pair that has thresholds and is not among those that are read */
export function checkBarPairs(bars: BarsByPair | undefined, pairs: readonly string[] | undefined): void {
  const unknown = pairs ? Object.keys(bars ?? {}).filter(pair => !pairs.includes(pair)) : []
  if (unknown.length === 0) return
  const problem = `the file names ${unknown.join(', ')}, but PAIRS is ${pairs!.join(',')}: correct the name, or add it to PAIRS`
  throw new ConfigError([{ variable: 'BARS', problem }])
}
