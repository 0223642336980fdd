import { readFileSync } from 'node:fs'
import { DEFAULT_INDICATORS } from '@candlewick/indicators'
import { groupTopics } from '@candlewick/market-data'
import { type Env, groupOf, readConfig, topicsOf } from '@candlewick/service'
import { Fenced, type Log } from '@candlewick/streams'
import { candles } from '../../services/candles/src/service.ts'
import { technicalIndicators } from '../../services/technical-indicators/src/service.ts'

/** Key in the changelog of candles. It begins like the changelog's own keys, which a restore leaves out. */
const KEY = '\u0000backfill'

/** Settings by name; the candles and rows of topics with a suffix depend on them. */
export type MadeWith = Readonly<Record<string, string>>

/** @throws ConfigError */
export function settingsIn(env: Env): MadeWith {
  const { CANDLE_INTERVALS, EMPTY_CANDLES, BARS } = readConfig(candles.config, env)
  const { INDICATORS, INDICATORS_FILE, FEATURES } = readConfig(technicalIndicators.config, env)
  const indicators = INDICATORS_FILE ? readFileSync(INDICATORS_FILE, 'utf8') : (INDICATORS ?? DEFAULT_INDICATORS)
  return {
    CANDLE_INTERVALS: CANDLE_INTERVALS.toSorted().join(),
    EMPTY_CANDLES,
    BARS: BARS ? JSON.stringify(BARS) : '',
    INDICATORS: indicators.trim().replace(/\s+/g, ' '),
    FEATURES: FEATURES ?? '',
  }
}

/**
 * Refuses other settings than those with which the topics of a suffix were made: their older candles and rows would not change.
 * @throws Error that names the setting and both values
 */
export async function refuseOtherSettings(log: Log, env: Env, suffix: string): Promise<void> {
  refuse(await madeWith(log, changelogOf(env)), settingsIn(env), suffix)
}

/**
 * Notes the settings before the services start. Of two runs at the same time, one finds the note of the other, or is fenced.
 * @throws Error that names the setting and both values, or the other run
 */
export async function noteSettings(log: Log, env: Env, suffix: string): Promise<void> {
  const { topic, config } = changelogOf(env)
  const settings = settingsIn(env)
  const trades = topicsOf(config).trades.name
  const partitions = (await log.topics.partitions([trades])).get(trades) || config.PARTITIONS
  await log.topics.create([{ ...topic, partitions }])
  const producer = await log.producer(`${topic.name}-backfill`)
  try {
    const noted = await madeWith(log, { topic, config })
    refuse(noted, settings, suffix)
    if (noted) return
    await producer.transact([{ topic: topic.name, partition: 0, key: KEY, value: JSON.stringify(settings) }])
  } catch (error) {
    if (!(error instanceof Fenced)) throw error
    throw new Error(
      `Another run of this command begins to write to the topics with the suffix ${suffix} at the same time, and this one has ended ` +
        'without harm: run it again',
      { cause: error },
    )
  } finally {
    await producer.close()
  }
}

function changelogOf(env: Env) {
  const config = readConfig({}, { ...env, CONSUMER_GROUP: '' })
  return { config, topic: groupTopics(groupOf(candles.name, config), config.TOPIC_PREFIX).changelog }
}

async function madeWith(log: Log, { topic: { name } }: ReturnType<typeof changelogOf>): Promise<MadeWith | undefined> {
  if (!(await log.topics.partitions([name])).get(name)) return undefined
  const { start, end } = await log.offsets(name, 0)
  let noted: MadeWith | undefined
  for await (const records of log.read(name, 0, start, end))
    for (const { key, value } of records) if (key === KEY && value) noted = JSON.parse(String(value))
  return noted
}

function refuse(noted: MadeWith | undefined, settings: MadeWith, suffix: string): void {
  for (const [name, value] of Object.entries(noted ?? {}))
    if (settings[name] !== value)
      throw new Error(
        `The topics with the suffix ${suffix} were made with ${name}=${value}, and now it is ${settings[name]}: candles and rows that ` +
          `are there would not change. Use the old value, or write to other topics, e.g. --suffix ${suffix}-2`,
      )
}
