import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DEFAULT_INDICATORS, parseIndicators } from '@candlewick/indicators'
import { jsonSchemas } from '@candlewick/market-data'
import { expect, it } from 'vitest'

const FOLDER = join(import.meta.dirname, '../../docs/schemas')
const schemas = jsonSchemas(parseIndicators(DEFAULT_INDICATORS).fields)
const textOf = (schema: object) => `${JSON.stringify(schema, undefined, 2)}\n`

it.each(Object.entries(schemas))('docs/schemas has %s as the code has it (UPDATE_DOCS=1 writes it)', (name, schema) => {
  const file = join(FOLDER, `${name}.json`)
  if (process.env.UPDATE_DOCS) {
    mkdirSync(FOLDER, { recursive: true })
    writeFileSync(file, textOf(schema))
  }
  expect(readFileSync(file, 'utf8')).toBe(textOf(schema))
})

it('docs/schemas has only schemas that the code has', () => {
  expect(readdirSync(FOLDER).sort()).toEqual(
    Object.keys(schemas)
      .map(name => `${name}.json`)
      .sort(),
  )
})

it('the schema of a feature row names every default indicator, and accepts fields of later versions', () => {
  const { properties, additionalProperties } = schemas.FeatureRow as {
    properties: Record<string, object>
    additionalProperties?: unknown
  }
  expect(properties.sma_60).toEqual({ type: ['number', 'null'] })
  expect(properties).toHaveProperty('macd_signal_12_26_9')
  expect(additionalProperties).not.toBe(false)
})
