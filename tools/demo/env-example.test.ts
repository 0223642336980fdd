import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { commonVariables, readConfig } from '@candlewick/service'
import { expect, it } from 'vitest'
import { candles } from '../../services/candles/src/service.ts'
import { dashboard } from '../../services/dashboard/src/service.ts'
import { featureStore } from '../../services/feature-store/src/service.ts'
import { technicalIndicators } from '../../services/technical-indicators/src/service.ts'
import { tradesIngestor } from '../../services/trades-ingestor/src/service.ts'

const read = (file: string) => readFileSync(join(import.meta.dirname, '../..', file), 'utf8')
const example = parseEnv(read('.env.example'))
const shapes = [tradesIngestor, candles, technicalIndicators, featureStore, dashboard].map(({ config }) => config)
const composeVariables = [...read('docker-compose.yml').matchAll(/\$\{([A-Z_]+)/g)].map(([, name]) => name!)

it('.env.example lists every variable of every service, and nothing else', () => {
  const variables = [commonVariables, ...shapes].flatMap(shape => Object.keys(shape))
  expect(Object.keys(example).sort()).toEqual([...new Set([...variables, ...composeVariables])].sort())
})

it('.env.example has the defaults', () => {
  for (const shape of shapes) expect(readConfig(shape, example)).toEqual(readConfig(shape, {}))
})

it('every file pins the same versions of Redpanda, pnpm and Node', () => {
  const pinned = (file: string, pattern: RegExp) => pattern.exec(read(file))?.[0]
  const redpanda = /redpandadata\/redpanda:v[\d.]+/
  expect(pinned('tools/broker/redpanda.ts', redpanda)).toBe(pinned('docker-compose.yml', redpanda))
  const pnpm = /pnpm@\d+\.\d+\.\d+/
  for (const file of ['Dockerfile', 'package.json']) expect(pinned(file, pnpm)).toBe(pinned('tools/run.mjs', pnpm))
  expect(read('.nvmrc').trim()).toBe(JSON.parse(read('package.json')).devDependencies.node)
  expect(read('Dockerfile')).toContain(`FROM node:${process.versions.node.split('.')[0]}-`)
})
