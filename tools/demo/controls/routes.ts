import type { FastifyPluginAsync, onRequestHookHandler, RouteOptions } from 'fastify'
import { ACTIONS, type Controlled, controlState, NotNow } from './controls.ts'

const PANEL = '/demo/panel.js'
export const SCRIPTS = [PANEL]
const OWN_HOSTS = ['127.0.0.1', 'localhost', '[::1]']

interface Press {
  readonly action: string
  readonly name?: string
}

/** Serves the page's panel: its files, its state, and by POST the actions of its buttons. */
export const controlRoutes =
  (controlled: Controlled): FastifyPluginAsync =>
  async app => {
    for (const route of routes(controlled)) app.route(route)
  }

const routes = (controlled: Controlled): RouteOptions[] => [
  ...['panel.js', 'panel.css'].map(
    (file): RouteOptions => ({
      method: 'GET',
      url: `/demo/${file}`,
      handler: (_, reply) => reply.sendFile(file, import.meta.dirname),
    }),
  ),
  { method: 'GET', url: '/demo/state', handler: () => controlState(controlled) },
  {
    method: 'POST',
    url: '/demo/:action/:name?',
    onRequest: refuseOtherPages,
    handler: async (request, reply) => {
      const { action, name = '' } = request.params as Press
      if (!Object.hasOwn(ACTIONS, action)) return reply.code(404).send({ error: `there is no control ${action}` })
      try {
        await ACTIONS[action]!(controlled, name)
        return controlState(controlled)
      } catch (error) {
        return reply.code(error instanceof NotNow ? 409 : 500).send({ error: (error as Error).message })
      }
    },
  },
]

/** A page of another site must not be able to press a button here, even if its own name leads to this host. */
const refuseOtherPages: onRequestHookHandler = ({ headers: { host, origin } }, reply, done) => {
  const name = URL.parse(`http://${host}`)?.hostname ?? ''
  if (OWN_HOSTS.includes(name) && origin === `http://${host}`) done()
  else reply.code(403).send({ error: 'only the page on this machine may do that' })
}
