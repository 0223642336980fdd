import * as z from 'zod'
import { fieldsOf } from '../market/fields.ts'
import { glances } from '../market/glance.ts'
import type { Market, Series } from '../market/market.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'
import { snapshot } from '../pipeline/snapshot.ts'
import { type Answer, json, refusal } from './answer.ts'
import { rowsAs } from './formats.ts'
import { parameters, readQuery } from './query.ts'

/** One request that the API answers; the OpenAPI document is made of these. */
export interface Route {
  readonly path: string
  readonly summary: string
  readonly query: z.ZodObject
  /** What 200 holds: the name of a schema, an array of it, or anything. */
  readonly of: 'Candle' | 'FeatureRow' | 'object'
  readonly many: boolean
  /** @throws BadQuery */
  answer(search: URLSearchParams): Answer
}

const { pair, interval, n, few, format } = parameters
const series = z.strictObject({ pair, interval })
const rows = z.strictObject({ pair, interval, n, format })
const nothing = z.strictObject({})
const letters = z.strictObject({ n: few })

export function apiRoutes(market: Market, pipeline: Pipeline): readonly Route[] {
  const route = <T extends z.ZodObject>(
    [path, summary]: readonly [string, string],
    [of, many]: readonly [Route['of'], boolean],
    query: T,
    answer: (query: z.infer<T>) => Answer,
  ): Route => ({ path, summary, of, many, query, answer: search => answer(readQuery(query, search) as z.infer<T>) })

  return [
    route(['/api/v1/pairs', 'Every pair: price, change, closes and intervals'], ['object', true], nothing, () =>
      json(200, glances(market)),
    ),
    route(['/api/v1/candles', 'The last final candles'], ['Candle', true], rows, query =>
      ofSeries(market, query, of => rowsAs(query.format, of.candles.last(query.n))),
    ),
    route(['/api/v1/candles/live', 'The candle in progress'], ['Candle', false], series, query =>
      ofSeries(market, query, of => orNone(of.live, 'no candle in progress')),
    ),
    route(['/api/v1/rows', 'The last feature rows'], ['FeatureRow', true], rows, query =>
      ofSeries(market, query, of => rowsAs(query.format, of.rows.last(query.n))),
    ),
    route(['/api/v1/rows/latest', 'The newest feature row'], ['FeatureRow', false], series, query =>
      ofSeries(market, query, of => orNone(of.rows.newest, 'no feature row yet')),
    ),
    route(
      ['/api/v1/fields', "The indicators' fields of the rows, and how they are drawn"],
      ['object', true],
      series,
      query => ofSeries(market, query, ({ rows }) => json(200, rows.newest ? fieldsOf(rows.newest) : [])),
    ),
    route(['/api/v1/pipeline', 'Topics, groups, instances, latency, activity'], ['object', false], nothing, () =>
      json(200, snapshot(pipeline, Date.now())),
    ),
    route(['/api/v1/dead-letters', 'The last dead letters'], ['object', true], letters, query =>
      json(200, pipeline.deadLetters.last(query.n)),
    ),
  ]
}

function ofSeries(market: Market, { pair, interval }: z.infer<typeof series>, answer: (series: Series) => Answer) {
  const found = market.get(pair, interval)
  if (found) return answer(found)
  const intervals = market.intervals(pair)
  return refusal(
    404,
    intervals.length > 0
      ? `Nothing is known of ${pair} ${interval}; of this pair there are ${intervals.join(', ')}`
      : `Nothing is known of ${pair}; there are ${market.pairs().slice(0, 20).join(', ') || 'no pairs yet'}`,
  )
}

const orNone = (value: object | undefined, none: string): Answer => (value ? json(200, value) : refusal(404, none))
