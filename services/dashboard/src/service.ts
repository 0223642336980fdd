import { groupOf, integer, list, type WebService } from '@candlewick/service'
import type { FastifyPluginAsync } from 'fastify'
import * as z from 'zod'
import { Bounds } from './bounds.ts'
import { addApi } from './http/api.ts'
import { guardedBy, HostName, Hosts } from './http/hosts.ts'
import { Origins } from './http/origins.ts'
import { addPage } from './http/page.ts'
import { apiRoutes } from './http/routes.ts'
import { addSchemas } from './http/schemas.ts'
import { addWebSockets } from './http/stream-route.ts'
import { Streams } from './http/streams.ts'
import { glances } from './market/glance.ts'
import { Market } from './market/market.ts'
import { KnownDefinitions } from './market/own-features.ts'
import { ProvisionalValues } from './market/provisional.ts'
import { Pipeline } from './pipeline/pipeline.ts'
import { snapshot } from './pipeline/snapshot.ts'

const STATE_MS = 1000
/** The feature store has a group for each topic that it stores. */
const groupsOfStore = (group: string): string[] => [group, `${group}-candles`, `${group}-trades`]

const variables = {
  /** Default: the groups of the services of the same `TOPIC_PREFIX`. */
  DASHBOARD_GROUPS: list(z.string().min(1, 'has an empty name').max(150, 'is longer than 150 characters')).optional(),
  /** A file or a folder of users' features, whose fields the page draws. */
  FEATURES: z.string().optional(),
  /** The indicators of technical-indicators, for the values of candles in progress. */
  INDICATORS: z.string().optional(),
  INDICATORS_FILE: z.string().optional(),
  HISTORY_CANDLES: integer(10, 10_000).prefault('1000'),
  HISTORY_RECORDS: integer(100, 10_000_000).prefault('50000'),
  DASHBOARD_SERIES_MAX: integer(1, 100_000).prefault('1000'),
  STREAM_CLIENTS_MAX: integer(1, 10_000).prefault('100'),
  /** Names under which the server answers, in addition to localhost, 127.0.0.1 and [::1]. */
  DASHBOARD_HOSTS: list(HostName).optional(),
  CORS_ORIGINS: list(
    z.string().regex(/^(\*|https?:\/\/[^/\s]+)$/, 'is not an origin, e.g. https://desk.example'),
  ).optional(),
}

/** Additions of the demo to the page; the service itself only reads. */
export interface Additions {
  readonly routes: FastifyPluginAsync
  /** Paths of modules that the routes serve and the page loads. */
  readonly scripts: readonly string[]
}

/** The service that shows the market and the pipeline, on a page and through an API for programs. */
export const dashboardWith = (additions?: Additions): WebService<typeof variables> => ({
  name: 'dashboard',
  config: variables,
  serve: async context => {
    const { config, http, logger } = context
    const stopping = new AbortController()
    const bounds = new Bounds(logger)
    const market = new Market({ history: config.HISTORY_CANDLES, series: config.DASHBOARD_SERIES_MAX }, bounds)
    const others = { ...config, CONSUMER_GROUP: undefined }
    const groups = config.DASHBOARD_GROUPS ?? ['candles', 'technical-indicators'].map(name => groupOf(name, others))
    const storeGroups = config.DASHBOARD_GROUPS ? [] : groupsOfStore(groupOf('feature-store', others))
    const reading = { groups, storeGroups, historyRecords: config.HISTORY_RECORDS }
    const pipeline = new Pipeline({ ...context, signal: stopping.signal }, market, bounds, reading)
    const origins = new Origins(config.CORS_ORIGINS ?? [])
    const hosts = new Hosts(config.DASHBOARD_HOSTS ?? [])
    const streams = new Streams(config.STREAM_CLIENTS_MAX, bounds, logger)
    const provisional = new ProvisionalValues(config, market, logger)
    const definitions = await KnownDefinitions.open(config.FEATURES, logger, () => provisional.startOver())
    market.onEvent = event => {
      streams.publish(event)
      if (event.type === 'live') void streams.publishProvisional(event.data, () => provisional.of(event.data))
    }
    // This comes before anything that refuses a request, because its hook closes a refused upgrade.
    await addWebSockets(http, streams)
    http.addHook('onRequest', guardedBy(hosts))
    await addPage(http, additions?.scripts)
    addSchemas(http, market)
    if (additions) await http.register(additions.routes)
    await http.register(app =>
      addApi(app, { routes: apiRoutes(market, pipeline, () => definitions.get()), streams, origins }),
    )
    const ticking = setInterval(() => {
      streams.publishState('pairs', () => glances(market))
      streams.publishState('pipeline', () => snapshot(pipeline, Date.now()))
    }, STATE_MS)
    const running = pipeline.run()
    return {
      ready: () => {
        const [denied] = pipeline.denied.values()
        return pipeline.brokerError === undefined ? denied : `Kafka is away: ${pipeline.brokerError}`
      },
      stop: async () => {
        clearInterval(ticking)
        definitions.close()
        await provisional.close()
        stopping.abort()
        streams.close()
        await running
      },
    }
  },
})

export const dashboard = dashboardWith()
