import { Candle, FeatureRow } from '@candlewick/market-data'
import type { FastifyReply } from 'fastify'
import * as z from 'zod'
import { fieldsOf } from '../market/fields.ts'
import { glances } from '../market/glance.ts'
import type { Market, Series } from '../market/market.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'
import { snapshot } from '../pipeline/snapshot.ts'
import { WRITERS } from './formats.ts'
import { parameters } from './query.ts'

/** One request that the API answers; the OpenAPI document is made of these. */
export interface ApiRoute<Query extends z.ZodObject = z.ZodObject> {
  readonly url: string
  readonly summary: string
  readonly query: Query
  /** The JSON that 200 holds. */
  readonly result: z.ZodType
  /** @throws NotHere */
  answer(query: z.infer<Query>, reply: FastifyReply): unknown
}

/** What was asked for is not here; the message says what is. */
export class NotHere extends Error {
  override name = 'NotHere'
  readonly statusCode = 404
}

const { pair, interval, n, few, format } = parameters
const series = z.strictObject({ pair, interval })
const rows = z.strictObject({ pair, interval, n, format })
const nothing = z.strictObject({})
const letters = z.strictObject({ n: few })
const anything = z.looseObject({})

/** Keeps the type of the query for `answer`. */
const route = <Query extends z.ZodObject>(of: ApiRoute<Query>): ApiRoute => of

export const apiRoutes = (market: Market, pipeline: Pipeline): readonly ApiRoute[] => [
  route({
    url: '/api/v1/pairs',
    summary: 'Every pair: price, change, closes and intervals',
    query: nothing,
    result: z.array(anything),
    answer: () => glances(market),
  }),
  route({
    url: '/api/v1/candles',
    summary: 'The last final candles',
    query: rows,
    result: z.array(Candle),
    answer: (query, reply) => written(reply, query.format, seriesOf(market, query).candles.last(query.n)),
  }),
  route({
    url: '/api/v1/candles/live',
    summary: 'The candle in progress',
    query: series,
    result: Candle,
    answer: query => orNone(seriesOf(market, query).live, 'no candle in progress'),
  }),
  route({
    url: '/api/v1/rows',
    summary: 'The last feature rows',
    query: rows,
    result: z.array(FeatureRow),
    answer: (query, reply) => written(reply, query.format, seriesOf(market, query).rows.last(query.n)),
  }),
  route({
    url: '/api/v1/rows/latest',
    summary: 'The newest feature row',
    query: series,
    result: FeatureRow,
    answer: query => orNone(seriesOf(market, query).rows.newest, 'no feature row yet'),
  }),
  route({
    url: '/api/v1/fields',
    summary: "The indicators' fields of the rows, and how they are drawn",
    query: series,
    result: z.array(anything),
    answer: query => {
      const { newest } = seriesOf(market, query).rows
      return newest ? fieldsOf(newest) : []
    },
  }),
  route({
    url: '/api/v1/pipeline',
    summary: 'Topics, groups, instances, latency, activity',
    query: nothing,
    result: anything,
    answer: () => snapshot(pipeline, Date.now()),
  }),
  route({
    url: '/api/v1/dead-letters',
    summary: 'The last dead letters',
    query: letters,
    result: z.array(anything),
    answer: query => pipeline.deadLetters.last(query.n),
  }),
]

function seriesOf(market: Market, { pair, interval }: z.infer<typeof series>): Series {
  const found = market.get(pair, interval)
  if (found) return found
  const intervals = market.intervals(pair)
  throw new NotHere(
    intervals.length > 0
      ? `Nothing is known of ${pair} ${interval}; of this pair there are ${intervals.join(', ')}`
      : `Nothing is known of ${pair}; there are ${market.pairs().slice(0, 20).join(', ') || 'no pairs yet'}`,
  )
}

function written(reply: FastifyReply, format: z.infer<typeof rows>['format'], of: readonly (Candle | FeatureRow)[]) {
  const { type, write } = WRITERS[format]
  return reply.type(type).send(write(of))
}

function orNone<T>(value: T | undefined, none: string): T {
  if (value === undefined) throw new NotHere(none)
  return value
}
