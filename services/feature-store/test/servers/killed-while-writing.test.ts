import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { temporaryFolder } from '../../../../tests/temporary-folder.ts'
import { ownedProcess } from '../../../../tools/broker/index.ts'
import { FEATURES } from '../../src/kind.ts'
import { LocalFiles } from '../../src/parquet/local-files.ts'
import { ParquetStore } from '../../src/parquet/parquet-store.ts'
import { fileName } from '../../src/parquet/range-files.ts'
import { MINUTE_MS } from '../rows.ts'

const WRITER = join(import.meta.dirname, 'killed-while-writing.ts')
const RANGE = { first: 0, end: 7 }

/** Leaves behind what a process was writing when it was killed. */
async function killWhileWriting(folder: string, topic: string, partition: number): Promise<void> {
  const unfinished = () =>
    readdirSync(join(folder, '_writing')).filter(name => name.startsWith(`${topic}-${partition}-`))
  const path = `features/interval=1m/date=2026-01-01/${fileName({ topic, partition }, RANGE)}`
  await vi.waitFor(
    async () => {
      const writer = ownedProcess(process.execPath, [WRITER, folder, path], { stdio: 'ignore' })
      await vi
        .waitFor(() => expect(unfinished()).toHaveLength(1), { timeout: 30_000, interval: 1 })
        .finally(() => {
          writer.kill('SIGKILL')
        })
      await new Promise(resolve => writer.once('close', resolve))
      // It may have finished the file in the moment before the kill.
      expect(unfinished()).toHaveLength(1)
    },
    { timeout: 60_000 },
  )
}

it('removes the files that a killed process was writing of a partition when the partition is opened, and no others', async () => {
  const folder = temporaryFolder()
  const sources = [
    { topic: 'rows', partition: 1 },
    { topic: 'rows', partition: 11 },
    { topic: 'rows-1', partition: 1 },
  ]
  for (const { topic, partition } of sources) await killWhileWriting(folder, topic, partition)
  const kinds = new Map([['rows', FEATURES]])
  const store = new ParquetStore({ files: new LocalFiles(folder), periodMs: MINUTE_MS, kinds })
  await store.open(sources[0]!)
  const left = readdirSync(join(folder, '_writing')).map(name => name.split('-0000')[0])
  expect(left.sort()).toEqual(['rows-1-1', 'rows-11'])
})
