import * as z from 'zod'
import { parameters } from './query.ts'

export const STREAM_PATH = '/api/v1/stream'

const CHANNELS = ['rows', 'candles', 'live', 'provisional', 'pairs', 'pipeline'] as const
export type Channel = (typeof CHANNELS)[number]

const isChannel = (name: string): name is Channel => CHANNELS.some(channel => channel === name)

/** The parameters of the WebSocket stream. */
export const StreamQuery = z.strictObject({
  channels: z
    .string()
    .default('rows')
    .refine(text => text.split(',').every(isChannel), `is not some of ${CHANNELS.join(',')}`)
    .describe(`Any of ${CHANNELS.join(',')}, separated by commas; the default is rows`),
  pair: parameters.pair.optional(),
  interval: parameters.interval.optional(),
})
export type StreamQuery = z.infer<typeof StreamQuery>

export const channelsOf = (text: string): ReadonlySet<Channel> => new Set(text.split(',').filter(isChannel))
