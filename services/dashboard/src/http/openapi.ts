import { Candle, FeatureRow } from '@candlewick/market-data'
import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger'
import { createJsonSchemaTransform } from 'fastify-type-provider-zod'
import * as z from 'zod'
import type { ApiRoute } from './routes.ts'

const Refusal = z.object({ error: z.string() })

/** Schemas that the document refers to by name. */
const NAMED = { Candle, FeatureRow, Error: Refusal }
const schemaRegistry = z.registry<{ id: string }>()
for (const [id, schema] of Object.entries<z.ZodType>(NAMED)) schemaRegistry.add(schema, { id })

/** The OpenAPI 3.1 document of the routes; the same schemas check requests and records. */
export const openApi: FastifyDynamicSwaggerOptions = {
  openapi: {
    openapi: '3.1.0',
    info: {
      title: 'Candlewick',
      version: '1',
      description:
        'Candles and feature rows as they are in Kafka, read-only. Times are Unix milliseconds; `complete` is false ' +
        'where a window may lack trades. Windows that are no longer kept here are in the topics. An answer ' +
        'that leaves something out because of a limit says what, and what to do, in the header `x-left-out`.',
    },
    components: { schemas: Object.fromEntries(Object.entries(NAMED).map(([id, schema]) => [id, jsonSchema(schema)])) },
  },
  transform: createJsonSchemaTransform({ schemaRegistry }),
  transformObject: document =>
    'openapiObject' in document ? listingParameters(document.openapiObject) : document.swaggerObject,
}

/** Client generators may rely on the list of parameters, which Swagger leaves out if a request has none. */
function listingParameters<T extends { paths?: object | undefined }>(document: T): T {
  const paths = Object.entries<{ get?: object }>({ ...document.paths }).map(([path, { get }]) => [
    path,
    { get: { parameters: [], ...get } },
  ])
  return { ...document, paths: Object.fromEntries(paths) }
}

function jsonSchema(of: z.ZodType): object {
  const { $schema: _, ...rest } = z.toJSONSchema(of)
  return rest
}

const refused = (description: string) => ({ description, content: { 'application/json': { schema: Refusal } } })

/** The schema by which Fastify checks a route's requests, and from which the document is made. */
export const schemaOf = ({ summary, query, result }: ApiRoute) => ({
  summary,
  querystring: query,
  response: {
    200: {
      description: summary,
      content: {
        'application/json': { schema: result },
        ...('format' in query.shape && {
          'text/csv': { schema: z.string() },
          'application/x-ndjson': { schema: z.string() },
        }),
      },
    },
    400: refused('A parameter is missing or wrong; the error names it'),
    ...('pair' in query.shape && { 404: refused('Nothing is known of the pair and interval') }),
  },
})

/** The responses of the stream. */
export const STREAM_RESPONSES = {
  101: z.null().describe('The stream begins'),
  400: refused('A parameter is wrong; the error names it'),
  403: refused('The origin is not in CORS_ORIGINS'),
  426: refused('The request is no upgrade to a WebSocket'),
  503: refused('STREAM_CLIENTS_MAX clients are connected'),
}
