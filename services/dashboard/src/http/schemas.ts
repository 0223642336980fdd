import { Candle, jsonSchemas } from '@candlewick/market-data'
import type { FastifyInstance } from 'fastify'
import type { Market } from '../market/market.ts'

const TYPE = 'application/schema+json'

/** Serves the JSON Schemas of the topics, one at `/schemas/NAME.json`; `/schemas` lists the paths. */
export function addSchemas(app: FastifyInstance, market: Market): void {
  app.get('/schemas', () => Object.keys(jsonSchemas([])).map(name => `/schemas/${name}.json`))
  app.get<{ Params: { name: string } }>('/schemas/:name.json', ({ params: { name } }, reply) => {
    const schemas = jsonSchemas(indicatorsOf(market))
    if (Object.hasOwn(schemas, name)) return reply.type(TYPE).send(JSON.stringify(schemas[name]))
    const names = Object.keys(schemas).join(', ')
    return reply.code(404).send({ error: `There is no schema of that name; there are: ${names}` })
  })
}

/** @returns the fields of the newest rows that a candle does not have: the fields of the configured indicators. */
function indicatorsOf(market: Market): string[] {
  const rows = market.pairs().flatMap(pair => market.intervals(pair).map(name => market.get(pair, name)?.rows.newest))
  return [...new Set(rows.flatMap(row => Object.keys(row ?? {})))].filter(name => !Object.hasOwn(Candle.shape, name))
}
