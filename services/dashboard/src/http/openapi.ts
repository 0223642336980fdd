import { Candle, FeatureRow } from '@candlewick/market-data'
import * as z from 'zod'
import type { Route } from './routes.ts'
import { STREAM_PATH, StreamQuery } from './stream-query.ts'

/** The OpenAPI 3.1 document of the routes and the WebSocket stream; the same schemas check requests and records. */
export function openApi(routes: readonly Route[]): object {
  const paths = routes.map(route => [route.path, { get: operation(route) }])
  return {
    openapi: '3.1.0',
    info: {
      title: 'Candlewick',
      version: '1',
      description:
        'Candles and feature rows as they are in Kafka, read-only. Times are Unix milliseconds; `complete` is false ' +
        'where a window may lack trades. What is older than the history kept here is in the topics.',
    },
    paths: { ...Object.fromEntries(paths), [STREAM_PATH]: { get: STREAM } },
    components: {
      schemas: {
        Candle: schema(Candle),
        FeatureRow: schema(FeatureRow),
        Error: { type: 'object', properties: { error: { type: 'string' } }, required: ['error'] },
      },
    },
  }
}

const schema = (of: z.ZodType) => {
  const { $schema: _, ...rest } = z.toJSONSchema(of)
  return rest
}

function operation({ summary, query, of, many }: Route): object {
  const item = of === 'object' ? { type: 'object' } : { $ref: `#/components/schemas/${of}` }
  const content = { 'application/json': { schema: many ? { type: 'array', items: item } : item } }
  const text = { schema: { type: 'string' } }
  const formats = 'format' in query.shape ? { 'text/csv': text, 'application/x-ndjson': text } : {}
  return {
    summary,
    parameters: parametersOf(query),
    responses: {
      200: { description: summary, content: { ...content, ...formats } },
      400: refused('A parameter is missing or wrong; the error names it'),
      ...('pair' in query.shape && { 404: refused('Nothing is known of the pair and interval') }),
    },
  }
}

const refused = (description: string) => ({
  description,
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
})

function parametersOf(query: z.ZodObject): object[] {
  const { properties = {}, required = [] } = z.toJSONSchema(query, { io: 'input' })
  return Object.entries(properties).map(([name, of]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema: of,
  }))
}

const STREAM = {
  summary: 'A WebSocket: what is published, as it is published',
  description:
    'Each message is JSON with `type` (`row`, `candle`, `live`, `pairs` or `pipeline`) and `data`. What the client ' +
    'sends is not read. A client that does not keep up is closed with code 1013 and the reason.',
  parameters: parametersOf(StreamQuery),
  responses: {
    101: { description: 'The stream begins' },
    400: refused('A parameter is wrong; the error names it'),
    403: refused('The origin is not in CORS_ORIGINS'),
    503: refused('STREAM_CLIENTS_MAX clients are connected'),
  },
}
