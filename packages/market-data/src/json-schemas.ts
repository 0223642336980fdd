import { Arrive, Move } from '@candlewick/streams/control-records'
import * as z from 'zod'
import { Candle } from './candle.ts'
import { Birth, Gap, Seed, Watermark } from './controls.ts'
import { Trade } from './trade.ts'

/** The content of each kind of control record that is in `trades` or `candles`. */
const CONTROLS = { arrive: Arrive.extend(Birth.shape), move: Move, watermark: Watermark, gap: Gap, seed: Seed }

/** Headers of a control record: the content is JSON in a string, as JSON Schema's `contentSchema` describes it. */
const controlHeaders = () => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  oneOf: Object.entries(CONTROLS).map(([kind, content]) => ({
    type: 'object',
    properties: {
      control: { const: kind },
      content: { type: 'string', contentMediaType: 'application/json', contentSchema: schemaOf(content) },
    },
    required: ['control', 'content'],
  })),
})

/** Fields may be added in a later version, so readers have to accept fields that they do not know. */
const schemaOf = (of: z.ZodType): object => z.toJSONSchema(of, { io: 'input' })

/**
 * @param indicators names of the indicators' fields in a feature row
 * @returns the JSON Schemas (draft 2020-12) of the values in `trades`, `candles` and `technical-indicators`, and of the
 * headers of control records, by name
 */
export function jsonSchemas(indicators: readonly string[]): Readonly<Record<string, object>> {
  const row = Candle.extend(Object.fromEntries(indicators.map(name => [name, z.number().nullable()])))
  return {
    Trade: schemaOf(Trade),
    Candle: schemaOf(Candle),
    FeatureRow: schemaOf(row),
    ControlHeaders: controlHeaders(),
  }
}
