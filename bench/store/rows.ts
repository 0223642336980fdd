import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Log, OutRecord } from '@candlewick/streams'
import { writeRecording } from '../trades.ts'

const PAIRS = 20
const TRADES_A_ROW = 4
const BATCH = 5_000
const MINUTE_MS = 60_000
const COMPUTE = join(import.meta.dirname, '../../tools/compute/main.ts')

/** @returns feature rows of 20 pairs and one interval, with the default indicators, as JSON. */
export async function featureRows(count: number): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'candlewick-bench-'))
  try {
    const recording = join(folder, 'trades.ndjson')
    const hours = count / PAIRS / 60
    await writeRecording(recording, { count: count * TRADES_A_ROW, pairs: PAIRS, hours })
    const args = ['--file', recording, '--intervals', '1m', '--format', 'ndjson', '--out', join(folder, 'rows')]
    await promisify(execFile)(process.execPath, [COMPUTE, ...args], { cwd: folder })
    const files = await readdir(join(folder, 'rows/features'), { recursive: true, withFileTypes: true })
    const paths = files.filter(entry => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
    const texts = await Promise.all(paths.sort().map(path => readFile(path, 'utf8')))
    return texts.flatMap(text => text.trimEnd().split('\n'))
  } finally {
    await rm(folder, { recursive: true })
  }
}

/**
 * Writes the rows to a new topic, and to each partition one row of the next minute, which completes the file for which a store
 * gathers rows. @returns the number of rows
 */
export async function writeRows(log: Log, topic: string, partitions: number, rows: readonly string[]): Promise<number> {
  await log.topics.create([{ name: topic, partitions, config: {} }])
  const producer = await log.producer(`${topic}-bench`)
  const places = new Map<string, number>()
  const recordOf = (value: string, partition?: number): OutRecord => {
    const { pair } = JSON.parse(value) as { pair: string }
    if (!places.has(pair)) places.set(pair, places.size % partitions)
    return { topic, partition: partition ?? places.get(pair)!, key: pair, value }
  }
  for (let i = 0; i < rows.length; i += BATCH)
    await producer.transact(rows.slice(i, i + BATCH).map(value => recordOf(value)))
  await sleep(MINUTE_MS - (Date.now() % MINUTE_MS) + 1000)
  await producer.transact(rows.slice(0, partitions).map((value, partition) => recordOf(value, partition)))
  await producer.close()
  return rows.length + partitions
}
