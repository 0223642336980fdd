import type { topicTable } from '@candlewick/market-data'
import type { Log } from '@candlewick/streams'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import type * as z from 'zod'
import { type Config, readConfig } from './config.ts'
import type { Env } from './env.ts'
import type { Tracing } from './spans.ts'

/** A service: its environment variables and its start. Everything else is the same for all services. */
export type ServiceDefinition<Shape extends z.ZodRawShape = z.ZodRawShape> = BrokerService<Shape> | WebService<Shape>

interface NamedService<Shape extends z.ZodRawShape> {
  readonly name: string
  /** The schema of each of its own environment variables, by name. */
  readonly config: Shape
  /** Called first, before the service connects or waits. @throws ConfigError if variables contradict each other */
  check?(config: Config<Shape>): void
}

/** A service that needs the broker; until the broker answers, its server serves only health and metrics. */
export interface BrokerService<Shape extends z.ZodRawShape = z.ZodRawShape> extends NamedService<Shape> {
  /** Called when the broker has answered. */
  start(context: ServiceContext<Shape>): Promise<RunningService>
}

/** A service that serves more than health and metrics, and reports by itself whether the broker is reachable. */
export interface WebService<Shape extends z.ZodRawShape = z.ZodRawShape> extends NamedService<Shape> {
  /** Called before the server listens, so that it can add its routes. */
  serve(context: WebContext<Shape>): Promise<RunningService>
}

/** Reads a service's configuration. @throws ConfigError that names every wrong variable */
export function configOf<Shape extends z.ZodRawShape>(definition: ServiceDefinition<Shape>, env: Env): Config<Shape> {
  const config = readConfig(definition.config, env)
  definition.check?.(config)
  return config
}

export interface RunningService {
  /** @returns why the service is not ready; undefined if it is. */
  ready(): string | undefined
  /** Finishes what the service has begun, and releases its partitions, within seconds. */
  stop(): Promise<void>
  /** Settles when a service ends by itself, as a replay does. If it rejects, the process ends with code 1. */
  readonly done?: Promise<void>
}

interface CommonContext<Shape extends z.ZodRawShape> {
  /** The service's own name, even if its group has another name. */
  readonly name: string
  /** The common variables and the service's own, validated. */
  readonly config: Config<Shape>
  /** The consumer group: `CONSUMER_GROUP` without a prefix, or the service's name between `TOPIC_PREFIX` and `TOPIC_SUFFIX`. */
  readonly group: string
  readonly log: Log
  readonly logger: Logger
  /** Creates spans for written records; undefined without tracing. */
  readonly tracing: Tracing | undefined
  /** The registry that /metrics shows. */
  readonly metrics: Registry
  readonly topics: ReturnType<typeof topicTable>
  /** Aborted when the process has to stop, which also ends a start that still waits. */
  readonly signal: AbortSignal
}

export interface ServiceContext<Shape extends z.ZodRawShape = z.ZodRawShape> extends CommonContext<Shape> {
  /** URL of this instance's health and metrics. */
  readonly httpUrl: string
  /** Sets the reason that /readyz shows until the service has started. */
  waiting(reason: string): void
}

export interface WebContext<Shape extends z.ZodRawShape = z.ZodRawShape> extends CommonContext<Shape> {
  /** The server, which already has the routes of health and metrics. */
  readonly http: FastifyInstance
}
