import { CandleInterval, Pair } from '@candlewick/market-data'
import type { preValidationHookHandler } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import * as z from 'zod'

export const ROWS_MAX = 10_000
export const DEAD_LETTERS_MAX = 200
/** How much of a wrong value an error quotes. */
const QUOTED_MAX = 100

const count = (fallback: number, most: number) =>
  z.coerce
    .number('is not a number')
    .int('is not a whole number')
    .min(1, 'is less than 1')
    .max(most, `is more than ${most}`)
    .default(fallback)

/** Parameters that several requests share. */
export const parameters = {
  pair: Pair.describe('e.g. BTC/USD'),
  interval: CandleInterval.describe('e.g. 1m or tick:500'),
  n: count(100, ROWS_MAX).describe('How many, newest last'),
  few: count(20, DEAD_LETTERS_MAX).describe('How many, newest first'),
  format: z.enum(['json', 'csv', 'ndjson'], 'is not json, csv or ndjson').default('json'),
}

type Query = Readonly<Record<string, unknown>>

/** Refuses a parameter that is given twice, which the parser turns into a list. */
export const refuseTwice: preValidationHookHandler = (request, reply, done) => {
  const twice = Object.entries(request.query as Query).find(([, value]) => Array.isArray(value))
  if (twice) reply.code(400).send({ error: `${twice[0]} is given twice` })
  else done()
}

/** @returns the first parameter that is missing, wrong or unknown, and its problem; undefined for other errors. */
export function problemOf(error: unknown, query: Query): string | undefined {
  if (!hasZodFastifySchemaValidationErrors(error)) return undefined
  const { instancePath, keyword, message, params } = error.validation[0]!
  if (keyword === 'unrecognized_keys') return `${(params.keys as string[])[0]} is not a parameter of this request`
  const name = instancePath.slice(1)
  const value = query[name]
  return value === undefined ? `${name} is missing` : `${name}=${String(value).slice(0, QUOTED_MAX)}: ${message}`
}
