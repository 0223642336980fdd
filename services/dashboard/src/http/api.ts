import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import { validatorCompiler } from 'fastify-type-provider-zod'
import { openApi, schemaOf } from './openapi.ts'
import type { Origins } from './origins.ts'
import { problemOf, refuseTwice } from './query.ts'
import type { ApiRoute } from './routes.ts'
import { addStream } from './stream-route.ts'
import type { Streams } from './streams.ts'

export interface Api {
  readonly routes: readonly ApiRoute[]
  readonly streams: Streams
  readonly origins: Origins
}

/** Adds the API for programs: its routes, the stream, and their OpenAPI document. */
export async function addApi(app: FastifyInstance, { routes, streams, origins }: Api): Promise<void> {
  app.setValidatorCompiler(validatorCompiler)
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(origins.headers(request.headers))
    done()
  })
  app.addHook('preValidation', refuseTwice)
  const internal = app.errorHandler
  app.setErrorHandler((error, request, reply) => {
    const problem = problemOf(error, request.query as Record<string, unknown>)
    return problem === undefined ? internal(error, request, reply) : reply.code(400).send({ error: problem })
  })
  await app.register(swagger, openApi)
  for (const route of routes)
    app.route({
      method: 'GET',
      url: route.url,
      schema: schemaOf(route),
      handler: (request, reply) => route.answer(request.query as never, reply),
    })
  addStream(app, streams, origins)
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger())
  await app.register(
    async under =>
      under.setNotFoundHandler((request, reply) =>
        reply.code(404).send({ error: `${request.url.split('?')[0]} is not here; /openapi.json says what is` }),
      ),
    { prefix: '/api' },
  )
}
