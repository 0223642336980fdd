import { setImmediate } from 'node:timers/promises'
import {
  type CommonConfig,
  ConfigError,
  connectLog,
  createLogger,
  type Env,
  readConfig,
  readDotenv,
  remedyOf,
} from '@candlewick/service'
import type { Log } from '@candlewick/streams'
import { besideDemo } from '../demo/session.ts'
import { guardOutput } from './output.ts'

export interface Connection {
  readonly log: Log
  readonly config: CommonConfig
  /** The given name, or `TOPIC_PREFIX` and that name if only such a topic exists. */
  readonly topic: string
  readonly partitions: number
}

/**
 * Connects to the broker of the environment or `.env`, otherwise to the broker of the running demo.
 * @throws Error that names the topic that does not exist or the broker that does not answer
 */
export async function connectToTopic(name: string, environment: Env): Promise<Connection> {
  const env = { ...environment }
  readDotenv(env)
  const config = readConfig({}, besideDemo(env))
  const brokers = config.KAFKA_BROKERS.join(', ')
  const log = connectLog(config, 'candlewick-tools', createLogger('tools', 'silent'))
  const names = [...new Set([name, config.TOPIC_PREFIX + name])]
  const counts = await log.topics.partitions(names).catch(async error => {
    await log.close()
    const remedy = remedyOf(error, config)
    throw new Error(`Cannot reach Kafka at ${brokers}: ${error.message}${remedy ? `\n${remedy}` : ''}`, {
      cause: error,
    })
  })
  const topic = names.find(candidate => counts.get(candidate))
  if (topic) return { log, config, topic, partitions: counts.get(topic)! }
  await log.close()
  throw new Error(`Topic ${names.join(' or ')} does not exist at ${brokers}`)
}

/** Runs a tool's main and exits. If it throws, prints only the message and exits with code 1. */
export async function runTool(main: () => Promise<void>): Promise<never> {
  guardOutput()
  try {
    await main()
    // Errors of the last write are reported only now.
    await setImmediate()
  } catch (error) {
    const { message } = error as Error
    console.error(error instanceof ConfigError ? `The configuration is wrong:\n${message}` : message)
    process.exit(1)
  }
  process.exit(0)
}
