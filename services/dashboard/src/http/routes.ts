import { type Definitions, INDICATORS } from '@candlewick/indicators'
import { Candle, FeatureRow } from '@candlewick/market-data'
import type { FastifyReply } from 'fastify'
import * as z from 'zod'
import { fieldsOf } from '../market/fields.ts'
import { glances } from '../market/glance.ts'
import type { Market, Series } from '../market/market.ts'
import type { Timeline } from '../market/timeline.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'
import { snapshot } from '../pipeline/snapshot.ts'
import type { TopicWatch } from '../pipeline/topic-watch.ts'
import { WRITERS } from './formats.ts'
import { noteLeftOut } from './left-out.ts'
import { parameters } from './query.ts'

/** One request that the API answers. The OpenAPI document is generated from these. */
export interface ApiRoute<Query extends z.ZodObject = z.ZodObject> {
  readonly url: string
  readonly summary: string
  readonly query: Query
  /** The schema of the JSON with status 200; it describes the answer, which was checked when it was read. */
  readonly result: z.ZodType
  /** @throws NotHere */
  answer(query: z.infer<Query>, reply: FastifyReply): unknown
}

/** The requested data is not here. The message names the data that is. */
export class NotHere extends Error {
  override name = 'NotHere'
  readonly statusCode = 404
}

/** How many pairs an error names. */
const PAIRS_NAMED = 20

const { pair, interval, n, few, format } = parameters
const series = z.strictObject({ pair, interval })
const rows = z.strictObject({ pair, interval, n, format })
const nothing = z.strictObject({})
const letters = z.strictObject({ n: few })
const anything = z.looseObject({})

/** Keeps the type of the query for `answer`. */
const route = <Query extends z.ZodObject>(of: ApiRoute<Query>): ApiRoute => of

/** @param definitions the indicators that the rows' fields may belong to */
export const apiRoutes = (
  market: Market,
  pipeline: Pipeline,
  definitions: () => Definitions = () => INDICATORS,
): readonly ApiRoute[] => [
  route({
    url: '/api/v1/pairs',
    summary: 'Every pair: price, change, closes and intervals',
    query: nothing,
    result: z.array(anything),
    answer: (_, reply) => {
      const { count, remedy } = market.pairsLeftOut
      if (count > 0) noteLeftOut(reply, `${count} pairs: ${remedy}`)
      return glances(market)
    },
  }),
  lastOf('candles', 'The last final candles', Candle, market, pipeline),
  route({
    url: '/api/v1/candles/live',
    summary: 'The candle in progress',
    query: series,
    result: Candle,
    answer: query => orNone(seriesOf(market, query).live, 'no candle in progress'),
  }),
  lastOf('rows', 'The last feature rows', FeatureRow, market, pipeline),
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
      return newest ? fieldsOf(newest, definitions()) : []
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
    answer: (query, reply) => {
      const { deadLetters, topics } = pipeline
      const older = deadLetters.count - Math.min(query.n, deadLetters.count) + topics.deadLetters.skipped
      if (older > 0) noteLeftOut(reply, `${older} older dead letters: read the topic ${topics.deadLetters.topic}`)
      return deadLetters.last(query.n)
    },
  }),
]

/** @returns the route of the last windows of a series. */
const lastOf = (
  kind: 'candles' | 'rows',
  summary: string,
  item: z.ZodType,
  market: Market,
  pipeline: Pipeline,
): ApiRoute =>
  route({
    url: `/api/v1/${kind}`,
    summary,
    query: rows,
    result: z.array(item),
    answer: (query, reply) => {
      const timeline = seriesOf(market, query)[kind]
      noteOlder(reply, timeline, query.n, pipeline.topics[kind])
      return written(reply, query.format, timeline.last(query.n))
    },
  })

function seriesOf(market: Market, { pair, interval }: z.infer<typeof series>): Series {
  const found = market.get(pair, interval)
  if (found) return found
  const intervals = market.intervals(pair)
  const leftOut = market.whyLeftOut(pair, interval)
  if (leftOut !== undefined) throw new NotHere(leftOut)
  throw new NotHere(
    intervals.length > 0
      ? `Nothing is known of ${pair} ${interval}; of this pair there are ${intervals.join(', ')}`
      : `Nothing is known of ${pair}; there are ${named(market.pairs())}`,
  )
}

function named(pairs: readonly string[]): string {
  if (pairs.length === 0) return 'no pairs yet'
  const more = pairs.length > PAIRS_NAMED ? ` and ${pairs.length - PAIRS_NAMED} more (/api/v1/pairs)` : ''
  return pairs.slice(0, PAIRS_NAMED).join(', ') + more
}

/** Notes that a series is shorter than requested because older windows are not kept here. */
function noteOlder(reply: FastifyReply, of: Timeline<Candle | FeatureRow>, n: number, watch: TopicWatch): void {
  if (n <= of.length) return
  const raise = of.dropped > 0 ? 'HISTORY_CANDLES' : 'HISTORY_RECORDS'
  if (of.dropped > 0 || watch.skipped > 0) noteLeftOut(reply, `older windows: raise ${raise}, or read ${watch.topic}`)
}

function written(reply: FastifyReply, format: z.infer<typeof rows>['format'], of: readonly (Candle | FeatureRow)[]) {
  const { type, write } = WRITERS[format]
  return reply.type(type).send(write(of))
}

function orNone<T>(value: T | undefined, none: string): T {
  if (value === undefined) throw new NotHere(none)
  return value
}
