import { groupTopics } from '@candlewick/market-data'
import type { Problem } from './config-error.ts'
import { topicsOf } from './names.ts'
import type { CommonConfig } from './variables.ts'

/** Kafka's limit for a topic's name. */
const LENGTH_MAX = 249

type Variable =
  | 'TOPIC_PREFIX'
  | 'TRADES_TOPIC'
  | 'CANDLES_TOPIC'
  | 'TECHNICAL_INDICATORS_TOPIC'
  | 'CANDLES_GROUP'
  | 'TECHNICAL_INDICATORS_GROUP'
  | 'CONSUMER_GROUP'

/** A topic of the configuration; the variable is undefined if the name is fixed. */
interface Named {
  readonly name: string
  readonly variable: Variable | undefined
}

function topicsNamedBy(config: CommonConfig): Named[] {
  const topics = topicsOf(config)
  const { TOPIC_PREFIX: prefix, TOPIC_SUFFIX: suffix, CONSUMER_GROUP } = config
  const ofGroup = (variable: Variable, group: string): Named[] =>
    Object.values(groupTopics(group, prefix)).map(({ name }) => ({ name, variable }))
  const groups =
    CONSUMER_GROUP === undefined
      ? (['CANDLES_GROUP', 'TECHNICAL_INDICATORS_GROUP'] as const).flatMap(variable =>
          ofGroup(variable, prefix + config[variable] + suffix),
        )
      : ofGroup('CONSUMER_GROUP', CONSUMER_GROUP)
  return [
    { name: topics.cursors.name, variable: undefined },
    { name: topics.deadLetters.name, variable: undefined },
    { name: topics.trades.name, variable: 'TRADES_TOPIC' },
    { name: topics.candles.name, variable: 'CANDLES_TOPIC' },
    { name: topics.candlesLive.name, variable: 'CANDLES_TOPIC' },
    { name: topics.technicalIndicators.name, variable: 'TECHNICAL_INDICATORS_TOPIC' },
    ...groups,
  ]
}

function nameProblem(name: string): string | undefined {
  if (name === '.' || name === '..') return `makes a topic named "${name}", which Kafka does not allow`
  if (name.length <= LENGTH_MAX) return undefined
  return `makes a topic whose name has ${name.length} characters; Kafka allows ${LENGTH_MAX}`
}

/**
 * Kafka's rules for topic names (https://github.com/apache/kafka/blob/trunk/clients/src/main/java/org/apache/kafka/common/internals/Topic.java):
 * at most 249 characters, neither "." nor "..", and no two names that differ only by "." and "_".
 * @returns the variables whose topic names break these rules or occur twice
 */
export function topicProblems(config: CommonConfig): Problem[] {
  const problems = new Map<string, Problem>()
  const byName = new Map<string, Named>()
  const blame = (variable: Variable, problem: string) => {
    if (!problems.has(variable)) problems.set(variable, { variable, value: config[variable], problem })
  }
  for (const topic of topicsNamedBy(config)) {
    const { name, variable } = topic
    const problem = nameProblem(name)
    if (problem !== undefined) blame(variable ?? 'TOPIC_PREFIX', problem)
    const key = name.replaceAll('.', '_')
    const other = byName.get(key)
    byName.set(key, topic)
    if (!other || variable === undefined) continue
    const same = other.name === name ? name : `${name}, which Kafka takes for ${other.name}`
    blame(variable, `names the topic ${same}, as ${other.variable ?? 'a topic with a fixed name'} does`)
  }
  return [...problems.values()]
}
