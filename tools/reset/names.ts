import { groupTopics } from '@candlewick/market-data'
import { type CommonConfig, groupOf, topicsOf } from '@candlewick/service'

/** The streams in the order of the pipeline. When one starts over, the later ones also do. */
const STREAMS = [
  {
    service: 'candles',
    group: 'CANDLES_GROUP',
    topic: 'CANDLES_TOPIC',
    input: 'trades',
    outputs: ['candles', 'candlesLive'],
  },
  {
    service: 'technical-indicators',
    group: 'TECHNICAL_INDICATORS_GROUP',
    topic: 'TECHNICAL_INDICATORS_TOPIC',
    input: 'candles',
    outputs: ['technicalIndicators'],
  },
] as const

type Stream = (typeof STREAMS)[number]

/** Environment variables by name, e.g. `CANDLES_TOPIC=candles-2`. */
export type Names = Readonly<Partial<Record<Stream['group' | 'topic'], string>>>

export type StreamNames = ReturnType<typeof namesOf>

/** @returns the named group's stream and the later ones. @throws Error if no stream has that group */
export function startingOver(group: string, config: CommonConfig): readonly Stream[] {
  const at = STREAMS.findIndex(({ service }) => service === group || groupOf(service, config) === group)
  if (at >= 0) return STREAMS.slice(at)
  const groups = STREAMS.map(({ service }) => groupOf(service, config))
  throw new Error(`--group ${group} is not a group of this configuration, which has ${groups.join(' and ')}`)
}

/** @returns the names of a generation of the streams: their base names followed by `-N` */
export function generation(streams: readonly Stream[], config: CommonConfig, n: number): Names {
  const named = (name: string) => `${name.replace(/-\d+$/, '')}-${n}`
  return Object.fromEntries(
    streams.flatMap(s => [s.group, s.topic].map(variable => [variable, named(config[variable])])),
  )
}

/** @returns the current generation of the streams; names without a number are generation 1 */
export const generationOf = (streams: readonly Stream[], config: CommonConfig): number =>
  Math.max(
    ...streams.flatMap(s => [config[s.group], config[s.topic]]).map(name => Number(/-(\d+)$/.exec(name)?.[1] ?? 1)),
  )

/** @returns the configured names of a stream and its topics */
export function namesOf({ service, input, outputs }: Stream, config: CommonConfig) {
  const topics = topicsOf(config)
  const group = groupOf(service, config)
  return {
    service,
    group,
    input: topics[input].name,
    outputs: outputs.map(name => topics[name]),
    ...groupTopics(group, config.TOPIC_PREFIX),
  }
}
