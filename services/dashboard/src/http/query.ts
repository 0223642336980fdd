import { Interval, Pair } from '@candlewick/market-data'
import * as z from 'zod'

export const ROWS_MAX = 10_000

const count = (fallback: number, most: number) =>
  z.coerce
    .number('is not a number')
    .int('is not a whole number')
    .min(1, 'is less than 1')
    .max(most, `is more than ${most}`)
    .default(fallback)

/** The parameters that requests have in common. */
export const parameters = {
  pair: Pair.describe('e.g. BTC/USD'),
  interval: Interval.describe('e.g. 1m'),
  n: count(100, ROWS_MAX).describe('How many, the newest last'),
  few: count(20, 200).describe('How many, the newest first'),
  format: z.enum(['json', 'csv', 'ndjson'], 'is not json, csv or ndjson').default('json'),
}

/** A request that cannot be answered: the message names the parameter and what is wrong with it. */
export class BadQuery extends Error {
  override name = 'BadQuery'
}

/** @throws BadQuery naming the first parameter that is missing, wrong, unknown or given twice */
export function readQuery<T>(schema: z.ZodType<T>, search: URLSearchParams): T {
  const names = [...search.keys()]
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) throw new BadQuery(`${twice} is given twice`)
  const result = schema.safeParse(Object.fromEntries(search))
  if (result.success) return result.data
  throw new BadQuery(problem(result.error.issues[0]!, search))
}

function problem(issue: z.core.$ZodIssue, search: URLSearchParams): string {
  if (issue.code === 'unrecognized_keys') return `${issue.keys[0]} is not a parameter of this request`
  const name = String(issue.path[0])
  const value = search.get(name)
  return value === null ? `${name} is missing` : `${name}=${value.slice(0, 100)}: ${issue.message}`
}
