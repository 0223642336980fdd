import { rmSync } from 'node:fs'
import { relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { kafkaLog } from '@candlewick/kafka'
import { byLength } from '@candlewick/market-data'
import { type Env, readConfig, topicsOf } from '@candlewick/service'
import { type Log, MemoryCluster, memoryLog } from '@candlewick/streams'
import { type Broker, NoBroker, startBroker } from '../broker/index.ts'
import { type Audit, startAudit } from './audit/audit.ts'
import { chooseExchange } from './exchange.ts'
import { takeInHand } from './exchange-controls.ts'
import { healthOf } from './health.ts'
import { startInProcess } from './in-process.ts'
import { Market } from './market.ts'
import { startPage } from './page.ts'
import { LOGS, startProcesses } from './processes.ts'
import { FEATURES, type Pipeline, serviceEnvironment } from './services.ts'
import { announce } from './session.ts'
import { Warnings } from './warnings.ts'

export interface Demo {
  readonly pipeline: Pipeline
  readonly market: Market
  readonly warnings: Warnings
  readonly audit: Audit
  /** A summary of the running parts and their addresses, and the commands to try next. */
  readonly introduction: readonly string[]
  health(): Promise<Awaited<ReturnType<typeof healthOf>>[]>
  /** Ends the services and then the broker, and removes their files. */
  stop(): Promise<void>
}

/** Starts a broker, an exchange's ingestor and the rest of the pipeline, and follows the outputs. */
export async function startDemo(env: Env, report: (sentence: string) => void): Promise<Demo> {
  const exchange = await chooseExchange(env)
  report(exchange.sentence)
  const broker = await brokerOrNone(env.KAFKA_BROKERS, report)
  const brokers = broker?.brokers ?? 'memory:1'
  const serviceEnv = serviceEnvironment(env, exchange.name, brokers)
  const config = readConfig({}, serviceEnv)
  const cluster = new MemoryCluster()
  const connect = (clientId: string) =>
    broker ? kafkaLog({ brokers: config.KAFKA_BROKERS, clientId }) : memoryLog(cluster)
  // A log has one reader for each partition, so each follower has a log of its own.
  const logs = ['candlewick-demo', 'candlewick-audit', 'candlewick-dashboard'].map(connect)
  const [log, auditLog, pageLog] = logs as [Log, Log, Log]
  deleteFeatures()
  const forget = broker ? announce(serviceEnv) : () => {}
  const warnings = new Warnings()
  const inHand = await takeInHand(serviceEnv)
  const pipelineEnv = { ...serviceEnv, ...inHand.env }
  const topics = topicsOf(config)
  const audit = startAudit(auditLog, topics, config.CANDLE_INTERVALS, inHand.simulated)
  const pipeline = broker ? startProcesses(pipelineEnv, warnings) : await startInProcess(cluster, pipelineEnv, warnings)
  const controlled = { pipeline, audit, exchange: { ...inHand, name: exchange.name }, topics: log.topics }
  const page = await startPage(serviceEnv, pageLog, { ...controlled, trades: topics.trades.name }, warnings)
  const following = new AbortController()
  const market = new Market()
  const followed = follow(market, log, topics, config.CANDLE_INTERVALS, following.signal)
  return {
    pipeline,
    market,
    warnings,
    audit,
    introduction: [
      `Open ${page.url}`,
      storeLine(serviceEnv.STORE_PARQUET),
      '',
      ...(broker ? introduction(broker) : IN_MEMORY),
    ],
    health: () => Promise.all(pipeline.instances().map(healthOf)),
    stop: async () => {
      forget()
      following.abort()
      await page.stop()
      await pipeline.stop()
      deleteFeatures()
      await inHand.close()
      await audit.stop()
      await followed
      for (const each of logs) await each.close()
      await broker?.stop()
    },
  }
}

const deleteFeatures = () => rmSync(FEATURES, { recursive: true, force: true })

/** @returns a sentence about where the feature store writes and whether its files are kept. */
const storeLine = (place: string): string =>
  place === FEATURES
    ? `Feature store: Parquet files in ${relative(process.cwd(), FEATURES)}, deleted at the end (STORE_PARQUET=FOLDER keeps them)`
    : `Feature store: Parquet files in ${place}, which stay there`

async function brokerOrNone(
  running: string | undefined,
  report: (sentence: string) => void,
): Promise<Broker | undefined> {
  try {
    return await startBroker({ running, report })
  } catch (error) {
    if (!(error instanceof NoBroker)) throw error
    report(error.message)
    return undefined
  }
}

async function follow(
  market: Market,
  log: Log,
  topics: ReturnType<typeof topicsOf>,
  intervals: readonly string[],
  signal: AbortSignal,
) {
  const [shortest = '1m'] = intervals.toSorted(byLength)
  while (!signal.aborted)
    try {
      await market.follow(log, topics, shortest, signal)
    } catch {
      // The broker is unreachable. Records that are missed now are missing only on the screen.
      await sleep(1000, undefined, { signal }).catch(() => {})
    }
}

const IN_MEMORY = [
  'No broker: all services run in this process, on an in-memory log that ends with it.',
  'Ctrl-C ends it.',
]

function introduction({ kind, brokers }: Broker): string[] {
  return [
    `Broker: ${kind} at ${brokers}`,
    `Logs: ${relative(process.cwd(), LOGS)}`,
    'In another terminal, while this runs:',
    '  watch  npm run tail -- candles       (or trades, technical-indicators, …)',
    '  scale  npm run service -- candles    one more instance, until its Ctrl-C',
    '  grow   npm run add-partitions -- trades 1',
    '  crash  kill -9 PROCESS               its partitions move, and it comes back',
    'Ctrl-C ends everything.',
    '',
  ]
}
