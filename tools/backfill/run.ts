import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { baseIntervalMs, type Cursor, windowStart } from '@candlewick/market-data'
import {
  createLogger,
  type Env,
  groupOf,
  readConfig,
  type ServiceDefinition,
  type StartedService,
  startService,
  topicsOf,
} from '@candlewick/service'
import type { Log } from '@candlewick/streams'
import type * as z from 'zod'
import { candles } from '../../services/candles/src/service.ts'
import { technicalIndicators } from '../../services/technical-indicators/src/service.ts'
import { CursorTable } from '../../services/trades-ingestor/src/cursor-table.ts'
import { Refused } from '../../services/trades-ingestor/src/owner.ts'
import { Accounts } from '../../services/trades-ingestor/src/recorded/accounts.ts'
import type { Recording } from '../../services/trades-ingestor/src/recorded/recording.ts'
import { tradesIngestorOf } from '../../services/trades-ingestor/src/service.ts'
import { noteSettings, refuseOtherSettings } from './made-with.ts'
import type { BackfillOptions } from './options.ts'
import { type Planned, planFile, planSpans } from './plan.ts'
import type { Progress } from './progress.ts'
import { orderFiles, type RecordingOptions, recordingOfExchange, recordingOfFiles } from './recording.ts'

export interface BackfillSurroundings extends Pick<RecordingOptions, 'signal' | 'rest'> {
  readonly env: Env
  readonly log: Log
  readonly progress: Progress
  report(sentence: string): void
}

type Topics = ReturnType<typeof topicsOf>

/**
 * Writes history to the topic of trades through the ingestor. For topics with a suffix it also runs candles and
 * technical-indicators until they have read everything. Reports a line for each pair, and the summary as JSON.
 * @throws Error with the reason why it is refused, or that rows are not accounted for
 */
export async function backfill(options: BackfillOptions, around: BackfillSurroundings): Promise<void> {
  const { report, signal, progress } = around
  const env: Env = { ...around.env, ...ownEnv(options, around.env) }
  const config = readConfig({}, env)
  const topics = topicsOf(config)
  if (options.suffix) await refuseOtherSettings(around.log, env, options.suffix)
  const baseMs = baseIntervalMs(config.CANDLE_INTERVALS)
  const startOf = (ms: number) => windowStart(ms, baseMs)
  const { planned, recording } = await prepare(options, startOf, await cursorsOf(around.log, topics), around)
  for (const pair of options.pairs)
    if (!planned.some(({ pair: p }) => p === pair)) report(`${pair} is already written, up to the end.`)
  if (planned.length === 0) report(JSON.stringify(new Accounts().summary))
  if (planned.length === 0 && !options.suffix) return
  if (options.suffix) await noteSettings(around.log, env, options.suffix)
  const ingestor = tradesIngestorOf(async () => ({
    exchange: options.exchange,
    pairs: planned.map(({ pair }) => pair),
    recording,
    speed: 0,
    onAccounted: ({ texts, summary }) => {
      progress.stop()
      for (const text of texts) report(text)
      report(JSON.stringify(summary))
    },
    close: async () => progress.stop(),
  }))
  const writing = planned.length > 0 ? ingestor : undefined
  await through(env, around, topics, writing, options.suffix !== '').catch(error => {
    if (!signal.aborted) throw explained(error, topics)
  })
  report(signal.aborted ? 'Stopped. Run the command again to continue.' : `Written to ${topics.trades.name}.`)
}

/** The ingestor's refusals name variables, which are not what the user of the command has set. */
function explained(error: Error, { trades }: Topics): Error {
  if (!(error instanceof Refused)) return error
  const { variable, problem, message, cause = error } = error
  if (variable === 'CONSUMER_GROUP')
    return new Error(
      `Another run of this command writes to ${trades.name}, and this one has ended without harm. Let the other one end, then run this ` +
        `command again, which compares: ${problem}`,
      { cause },
    )
  return new Error(message.replace('EXCHANGE=', '--exchange ').replace('PAIRS=', '--pair '), { cause })
}

/** @returns the pairs to write, and the recording with their trades. @throws Error with the reason why it is refused */
async function prepare(
  options: BackfillOptions,
  startOf: (ms: number) => number,
  cursors: ReadonlyMap<string, Cursor>,
  around: BackfillSurroundings,
): Promise<{ planned: readonly Planned[]; recording: Recording }> {
  const own = { ...around, warn: around.report }
  const { pairs, suffix } = options
  if (options.files.length === 0) {
    const planned = planSpans({ ...options, fromMs: options.fromMs ?? 0 }, cursors)
    return { planned, recording: recordingOfExchange(options, planned, own) }
  }
  const ordered = await orderFiles(options, startOf, own.warn)
  const planned = pairs.map(pair =>
    planFile({ pair, suffix, fromMs: options.fromMs, firstMs: ordered.firstMs.get(pair)! }, cursors, startOf),
  )
  return { planned, recording: recordingOfFiles(options, ordered, own) }
}

/** @returns the variables of this backfill: a group of its own, so that it fences only other backfills, and a free port. */
function ownEnv({ pairs, suffix }: BackfillOptions, env: Env): Env {
  const hash = createHash('sha256').update(pairs.join()).digest('hex').slice(0, 8)
  const CONSUMER_GROUP = `${env.TOPIC_PREFIX ?? ''}backfill${suffix}-${hash}`
  return { TOPIC_SUFFIX: suffix || env.TOPIC_SUFFIX, CONSUMER_GROUP, HTTP_PORT: '0', EXCHANGE: 'kraken', PAIRS: '' }
}

async function cursorsOf(log: Log, { cursors }: Topics) {
  const exists = (await log.topics.partitions([cursors.name])).get(cursors.name)
  return exists ? new CursorTable(log, cursors.name).catchUp() : new Map()
}

async function through(
  env: Env,
  { log, signal }: BackfillSurroundings,
  topics: Topics,
  ingestor: ReturnType<typeof tradesIngestorOf> | undefined,
  allServices: boolean,
): Promise<void> {
  const started: StartedService[] = []
  const start = async <Shape extends z.ZodRawShape>(definition: ServiceDefinition<Shape>, own: Env) => {
    const logger = createLogger(definition.name, 'warn')
    const service = await startService(definition, { env: own, log, logger, signal })
    started.push(service)
    return service
  }
  try {
    const writer = ingestor && (await start(ingestor, env))
    const stop = () => void writer?.stop()
    signal.addEventListener('abort', stop)
    await writer?.done
    signal.removeEventListener('abort', stop)
    if (!allServices || signal.aborted) return
    const own = { ...env, CONSUMER_GROUP: '' }
    const config = readConfig({}, own)
    await start(candles, own)
    await readToTheEnd(log, groupOf(candles.name, config), topics.trades.name, signal)
    await start(technicalIndicators, own)
    await readToTheEnd(log, groupOf(technicalIndicators.name, config), topics.candles.name, signal)
  } finally {
    for (const service of started.reverse()) await service.stop()
  }
}

/**
 * Waits until the group has committed that it has read all of the topic: its offsets are in the transaction of its outputs. A task's
 * position is ahead of them, and the next service would miss the last outputs.
 */
async function readToTheEnd(log: Log, group: string, topic: string, signal: AbortSignal): Promise<void> {
  const count = (await log.topics.partitions([topic])).get(topic) ?? 0
  for (let partition = 0; partition < count; partition++) {
    const { end } = await log.offsets(topic, partition)
    while (!signal.aborted && (await committedBy(log, group, topic, partition)) < end) await sleep(200)
  }
}

async function committedBy(log: Log, group: string, topic: string, partition: number): Promise<number> {
  const { committed } = await log.describeGroup(group)
  return committed.find(offset => offset.topic === topic && offset.partition === partition)?.offset ?? 0
}
