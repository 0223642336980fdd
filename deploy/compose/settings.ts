import type { TopicSpec } from '../../packages/market-data/src/index.ts'
import type { ServiceContext } from '../../packages/service/src/index.ts'

/** Settings that are added to topics which were created without them. */
const ADDED = ['delete.retention.ms'] as const

interface Risk {
  readonly setting: string
  readonly value: string
  readonly consequence: string
  readonly remedy: string
}

const BROKER_RISKS: readonly Risk[] = [
  {
    setting: 'auto.create.topics.enable',
    value: 'true',
    consequence: 'a wrong topic name, or a service that is early, creates a topic with one partition',
    remedy: '`rpk cluster config set auto_create_topics_enabled false`, or auto.create.topics.enable=false in Kafka',
  },
]
const TOPIC_RISKS: readonly Risk[] = [
  {
    setting: 'write.caching',
    value: 'true',
    consequence: 'records are acknowledged before they are on the disk, and a power failure loses them',
    remedy: 'Redpanda has not read its bootstrap file: `rpk cluster config set write_caching_default disabled`',
  },
]

/**
 * Adds settings to topics that were created before these were in the topic table, and leaves settings that somebody has set.
 * Warns, by name, about settings of the broker that put records at risk. Never fails: an action that the broker denies is
 * logged.
 */
export async function checkSettings(
  { log, logger }: Pick<ServiceContext, 'log' | 'logger'>,
  topics: readonly TopicSpec[],
) {
  const { settings } = log
  if (!settings) return
  const warnOf = (where: string, risks: readonly Risk[], found: Awaited<ReturnType<typeof settings.ofBroker>>) => {
    for (const { setting, value, consequence, remedy } of risks)
      if (found.get(setting)?.value === value)
        logger.warn({ setting, value }, `${where} has ${setting}=${value}: ${consequence}. ${remedy}`)
  }
  const attempt = async (what: string, act: () => Promise<void>) => {
    try {
      await act()
    } catch (error) {
      logger.warn({ error }, `Cannot ${what}: ${(error as Error).message}`)
    }
  }
  await attempt('check the settings of the broker', async () =>
    warnOf('The broker', BROKER_RISKS, await settings.ofBroker()),
  )
  for (const { name, config } of topics)
    await attempt(`check the settings of topic ${name}`, async () => {
      const found = await settings.ofTopic(name)
      warnOf(`Topic ${name}`, TOPIC_RISKS, found)
      const missing = ADDED.filter(setting => config[setting] !== undefined && (found.get(setting)?.isDefault ?? true))
      if (missing.length === 0) return
      const added = Object.fromEntries(missing.map(setting => [setting, config[setting]!]))
      await settings.set(name, added)
      logger.info({ topic: name, ...added }, `Topic ${name} now has ${missing.join(', ')}`)
    })
}
