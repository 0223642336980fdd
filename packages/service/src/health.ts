import type { FastifyInstance, RouteOptions } from 'fastify'
import type { Registry } from 'prom-client'

export interface Health {
  /** @returns why the service is not ready; undefined if it is. */
  ready(): string | undefined
  readonly metrics: Registry
}

/**
 * Adds /healthz (200 while the process lives), /readyz (503 with the reason while the service is not ready) and /metrics (Prometheus).
 */
export function addHealth(app: FastifyInstance, health: Health): void {
  for (const route of healthRoutes(health)) app.route(route)
  app.setNotFoundHandler((_, reply) => reply.code(404).send({ error: 'not found', paths: HEALTH_PATHS }))
}

/** The paths that probes and Prometheus request. */
export const HEALTH_PATHS: readonly string[] = ['/healthz', '/readyz', '/metrics']

const healthRoutes = ({ ready, metrics }: Health): RouteOptions[] => [
  { method: 'GET', url: '/healthz', handler: () => ({ status: 'alive' }) },
  {
    method: 'GET',
    url: '/readyz',
    handler: (_, reply) => {
      const reason = ready()
      return reason === undefined ? { ready: true } : reply.code(503).send({ ready: false, reason })
    },
  },
  {
    method: 'GET',
    url: '/metrics',
    handler: async (_, reply) => reply.type(metrics.contentType).send(await metrics.metrics()),
  },
]
