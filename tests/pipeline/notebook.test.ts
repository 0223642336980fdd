import { execFile } from 'node:child_process'
import { copyFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { kafkaLog } from '@candlewick/kafka'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { hasPython, pythonEnvironment } from '../python-environment.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { compute, market, sinceMinutesAgo } from './market.ts'
import { readTopic } from './topics.ts'

const run = promisify(execFile)
const ROOT = join(import.meta.dirname, '../..')
const NOTEBOOK = join(ROOT, 'examples/python/train_and_serve.ipynb')
const PACKAGES = ['scikit-learn>=1.5,<2', 'matplotlib>=3.9,<4', 'nbclient>=0.10', 'ipykernel>=6']
/** Set it to store the run in the repository, after a change of the notebook. */
const isStored = process.env.UPDATE_NOTEBOOK !== undefined
const brokers = inject('brokers')
const log = kafkaLog({ brokers: brokers.split(','), clientId: 'notebook-test' })

interface Cell {
  readonly cell_type: string
  readonly source: string | readonly string[]
  readonly execution_count?: number | null
  readonly outputs?: readonly { readonly output_type: string; readonly text?: unknown; readonly data?: object }[]
}

/** The code cells of a notebook. */
function codeOf(file: string): Cell[] {
  const { cells } = JSON.parse(readFileSync(file, 'utf8')) as { cells: Cell[] }
  return cells.filter(({ cell_type }) => cell_type === 'code')
}

const outputsOf = (cells: readonly Cell[]) => cells.flatMap(({ outputs }) => outputs ?? [])
const plotsOf = (cells: readonly Cell[]) => outputsOf(cells).filter(({ data = {} }) => 'image/png' in data)
const printedBy = (cells: readonly Cell[]) => outputsOf(cells).flatMap(({ text }) => text ?? [])

afterAll(() => log.close())

describe.skipIf(!hasPython())('the notebook train_and_serve.ipynb', () => {
  let bin = ''

  beforeAll(async () => {
    bin = await pythonEnvironment(['--editable', `${join(ROOT, 'clients/python')}[pandas]`, ...PACKAGES])
  }, 600_000)

  it('receives exactly the features of the history on the live stream', { timeout: 240_000 }, async () => {
    const { prefix, start, restUrl } = await market(brokers, isStored ? 20 : 5)
    for (const name of ['trades-ingestor', 'candles', 'technical-indicators']) await start(name).ready()
    const dataset = await compute('dataset', sinceMinutesAgo(isStored ? 20 : 4), { EXCHANGE_REST_URL: restUrl })
    const topic = `${prefix}technical-indicators`
    await expect.poll(async () => (await readTopic(log, topic)).length, { timeout: 60_000 }).toBeGreaterThan(10)

    const folder = temporaryFolder()
    const copy = join(folder, 'train_and_serve.ipynb')
    copyFileSync(NOTEBOOK, copy)
    const rows = isStored ? '60' : '20'
    const settings = {
      BROKERS: brokers,
      TOPIC: topic,
      DATASET: dataset,
      LIVE_ROWS: rows,
      INTERVAL: '1s',
      HORIZON: '5s',
    }
    const env = { ...process.env, ...settings, FEATURES: 'rsi_3,sma_3,close,volume,trade_count' }
    await run(join(bin, 'jupyter-execute'), ['--timeout=120', '--output=executed.ipynb', copy], { env, cwd: folder })
    const executed = codeOf(join(folder, 'executed.ipynb'))
    expect(printedBy(executed).join('')).toContain(`${rows} live rows: ${rows} equal later, 0 different`)
    expect(plotsOf(executed)).toHaveLength(3)
    if (isStored) copyFileSync(join(folder, 'executed.ipynb'), NOTEBOOK)
  })

  it('is stored as it was executed, with its plots, in less than 200 kB', () => {
    const stored = codeOf(NOTEBOOK)
    expect(stored.map(({ execution_count }) => execution_count)).toEqual(stored.map((_, i) => i + 1))
    expect(outputsOf(stored).filter(({ output_type }) => output_type === 'error')).toEqual([])
    expect(printedBy(stored).join('')).toMatch(/(\d+) live rows: \1 equal later, 0 different/)
    expect(plotsOf(stored)).toHaveLength(3)
    expect(readFileSync(NOTEBOOK).length).toBeLessThan(200_000)
  })
})
