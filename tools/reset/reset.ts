import { type CommonConfig, type Env, readConfig } from '@candlewick/service'
import type { Log } from '@candlewick/streams'
import { begin } from './begin.ts'
import { setVariables } from './env-file.ts'
import { generation, generationOf, type Names, namesOf, type StreamNames, startingOver } from './names.ts'
import type { ResetOptions } from './options.ts'

export interface ResetSurroundings {
  /** The variables of the process alone, which override the file. */
  readonly environment: Env
  /** The environment, completed by the file of variables. */
  readonly env: Env
  readonly log: Log
  report(line: string): void
}

const GENERATIONS_MAX = 1000

/**
 * Makes a group start over under a new name and with new output topics, because its changelog, handovers, epochs and
 * published outputs belong to the old name. The groups that read its outputs also start over. The old topics do not change.
 * @throws Error that names the members of a running group, or the wrong setting or topic
 */
export async function reset(
  options: ResetOptions,
  { environment, env, log, report }: ResetSurroundings,
): Promise<void> {
  const config = readConfig({}, env)
  if (config.CONSUMER_GROUP)
    throw new Error(
      `CONSUMER_GROUP=${config.CONSUMER_GROUP} is set for all services, so the reset cannot rename the group: unset it, or give it a new value yourself`,
    )
  const streams = startingOver(options.group, config)
  const old = streams.map(stream => namesOf(stream, config))
  await requireTopic(log, old[0]!.input, config)
  for (const { group } of old) await refuseAlive(log, group)
  const variables = await unused(streams, config, log)
  const next = streams.map(stream => namesOf(stream, { ...config, ...variables }))
  for (const line of explanation(old, next, options)) report(line)
  if (!options.yes) return report('Nothing is done yet. Add --yes to do it.')
  for (const [i, names] of next.entries()) await create(log, old[i]!, names, config)
  for (const [i, names] of next.entries()) await begin(log, names, i === 0 ? options.fromMs : undefined, report)
  setVariables(options.envFile, variables)
  for (const line of nextSteps(old, variables, options, environment)) report(line)
}

async function refuseAlive(log: Log, group: string): Promise<void> {
  const { members } = await log.describeGroup(group)
  if (members.length === 0) return
  const where = members.map(({ id, data }) => data.http_url ?? id).join(', ')
  const count = members.length === 1 ? 'a running member' : `${members.length} running members`
  throw new Error(
    `The group ${group} has ${count} (${where}). Stop them first, e.g. docker compose stop candles technical-indicators; a killed member leaves the group after 6 seconds`,
  )
}

async function requireTopic(log: Log, topic: string, { KAFKA_BROKERS }: CommonConfig): Promise<void> {
  const brokers = KAFKA_BROKERS.join(', ')
  const counts = await log.topics.partitions([topic]).catch(error => {
    throw new Error(`Cannot reach Kafka at ${brokers}: ${error.message}`, { cause: error })
  })
  if (!counts.get(topic))
    throw new Error(`Topic ${topic} does not exist at ${brokers}, so there is no input to start over from`)
}

/** @returns the names of the next generation that has no topic yet */
async function unused(streams: ReturnType<typeof startingOver>, config: CommonConfig, log: Log): Promise<Names> {
  const first = generationOf(streams, config) + 1
  for (let n = first; n < first + GENERATIONS_MAX; n++) {
    const variables = generation(streams, config, n)
    const topics = streams.flatMap(stream => topicNames(namesOf(stream, { ...config, ...variables })))
    const counts = await log.topics.partitions(topics)
    if ([...counts.values()].every(count => count === 0)) return variables
  }
  throw new Error(
    `All ${GENERATIONS_MAX} generations from ${first} on have topics: delete the generations that nobody reads any more`,
  )
}

const topicNames = ({ outputs, changelog, handovers }: StreamNames): string[] =>
  [...outputs, changelog, handovers].map(({ name }) => name)

/** Creates the new topics with as many partitions as the old ones, so that the same number of instances can share the work. */
async function create(log: Log, old: StreamNames, next: StreamNames, config: CommonConfig): Promise<void> {
  const counts = await log.topics.partitions([next.input, ...old.outputs.map(({ name }) => name)])
  const outputs = next.outputs.map((spec, i) => ({
    ...spec,
    partitions: counts.get(old.outputs[i]!.name) || config.PARTITIONS,
  }))
  const partitions = counts.get(next.input) || config.PARTITIONS
  const specs = [...outputs, { ...next.changelog, partitions }, { ...next.handovers, partitions }]
  await log.topics.create(specs)
  await untilHosted(log, specs)
}

/** A broker that has just created a topic may not know its partitions yet; reading their offsets waits for them. */
export async function untilHosted(log: Log, topics: readonly { name: string; partitions: number }[]): Promise<void> {
  for (const { name, partitions } of topics) for (let p = 0; p < partitions; p++) await log.offsets(name, p)
}

function explanation(old: readonly StreamNames[], next: readonly StreamNames[], { fromMs }: ResetOptions): string[] {
  const since =
    fromMs === undefined
      ? 'from its first record'
      : `from the first record written since ${new Date(fromMs).toISOString()}`
  return [
    ...next.flatMap(({ service, group, input, outputs }, i) => [
      `${service} starts over as group ${group} and reads ${input} ${i === 0 ? since : 'from its first record'};`,
      `  it writes to ${outputs.map(({ name }) => name).join(' and ')}.`,
    ]),
    `The records of ${old.flatMap(({ outputs }) => outputs.map(({ name }) => name)).join(', ')} stay for their readers; no more are added.`,
    ...(fromMs === undefined
      ? []
      : ['The first window of each pair has complete: false, because the trades before it are not read.']),
  ]
}

function nextSteps(old: readonly StreamNames[], variables: Names, { envFile }: ResetOptions, environment: Env) {
  const lines = Object.entries(variables).map(([name, value]) => `  ${name}=${value}`)
  const elsewhere = Object.keys(variables).filter(name => environment[name])
  const services = ['trades-ingestor', ...old.map(({ service }) => service), 'dashboard'].join(' ')
  return [
    `Written to ${envFile}:`,
    ...lines,
    ...elsewhere.map(name => `${name} is also set in the environment, which overrides ${envFile}: change it there.`),
    `Next: start the services (docker compose up -d ${services}; in Kubernetes put these lines into the ConfigMap`,
    'candlewick, and the names into the scalers), and move your readers to the new topics.',
    `When nobody needs the old topics any more: rpk topic delete ${old.flatMap(topicNames).join(' ')}`,
  ]
}
