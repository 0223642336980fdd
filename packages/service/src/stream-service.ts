import { groupTopics } from '@candlewick/market-data'
import { byMurmur2, followInput, Stream, type StreamOptions, type TracePropagation } from '@candlewick/streams'
import * as z from 'zod'
import { ensureTopics, orConfigError, untilAnswered } from './broker.ts'
import type { RunningService, ServiceContext } from './definition.ts'
import { ReplaceableStream } from './replaceable-stream.ts'
import type { Spans } from './spans.ts'
import { streamMetrics } from './stream-metrics.ts'
import { integer } from './variables.ts'

/** The environment variables of every service that is a stream. */
export const streamVariables = {
  /** Maximum time that outputs wait for their transaction, ms. They are committed at once when no record is left to read. */
  COMMIT_INTERVAL_MS: integer(1, 10_000).prefault('200'),
  PLACEMENT: z.enum(['balanced', 'murmur2'], 'is not balanced or murmur2').default('balanced'),
}

const PLACES = { balanced: followInput, murmur2: byMurmur2 }

type OwnOptions<State> = Pick<StreamOptions<State>, 'processor' | 'marksOutput'> &
  Partial<Pick<StreamOptions<State>, 'closeAfterIdleMs'>> & {
    /** Carries traces from a task's input to its outputs, if tracing is on. */
    tracing?(spans: Spans, outputTopic: string): TracePropagation
  }

type Topics = ServiceContext['topics']

export interface RunningStream<State> extends RunningService {
  /** Commits everything that is processed, leaves the group, and joins it again with another processor. */
  replace(processor: StreamOptions<State>['processor']): Promise<void>
}

/**
 * Creates the topics, and starts one instance of a stream in the service's consumer group, from the input to the output.
 * @param names which topics of the table it reads and writes
 */
export async function startStream<State>(
  context: ServiceContext<typeof streamVariables>,
  names: { readonly input: keyof Topics; readonly output: keyof Topics; readonly live?: keyof Topics },
  { tracing: propagation, ...own }: OwnOptions<State>,
): Promise<RunningStream<State>> {
  const { name, config, group, log, logger, metrics, topics, httpUrl, tracing } = context
  const input = topics[names.input]
  const live = names.live && topics[names.live]
  const shared = [input, topics[names.output], topics.deadLetters, ...(live ? [live] : [])]
  const { changelog, handovers } = groupTopics(group, config.TOPIC_PREFIX)
  await ensureTopics(context, shared)
  const partitions = await untilAnswered(context, async () =>
    (await log.topics.partitions([input.name])).get(input.name),
  )
  await ensureTopics(context, [
    { ...changelog, partitions: partitions ?? 1 },
    { ...handovers, partitions: partitions ?? 1 },
  ])
  const observe = streamMetrics(metrics, logger, () => running.status())
  const open = (processor: StreamOptions<State>['processor']) =>
    new Stream({
      ...own,
      processor,
      log,
      group,
      service: name,
      httpUrl,
      observe,
      place: PLACES[config.PLACEMENT],
      ...(tracing && propagation && { tracing: () => propagation(tracing.spans(), topics[names.output].name) }),
      commitIntervalMs: config.COMMIT_INTERVAL_MS,
      topics: {
        input: input.name,
        output: topics[names.output].name,
        ...(live && { live: live.name }),
        changelog: changelog.name,
        handovers: handovers.name,
        deadLetters: topics.deadLetters.name,
      },
    })
  const running = new ReplaceableStream(open(own.processor), stream => untilAnswered(context, () => stream.start()))
  await running.start()
  return {
    ready: () => running.ready(),
    stop: () => running.stop(),
    replace: processor => running.replace(open(processor)),
    done: orConfigError(running.done, config),
  }
}
