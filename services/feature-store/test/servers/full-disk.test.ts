import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { type Disk, NotPossible } from '../../../../tools/broker/broker.ts'
import { mountDisk } from '../../../../tools/broker/small-disk.ts'
import { FEATURES } from '../../src/kind.ts'
import { LocalFiles } from '../../src/parquet/local-files.ts'
import { ParquetStore } from '../../src/parquet/parquet-store.ts'
import { readDataset } from '../parquet/dataset.ts'
import { featureRow, MINUTE_MS, stored } from '../rows.ts'

const SOURCE = { topic: 'technical-indicators', partition: 0 }
const KINDS = new Map([[SOURCE.topic, FEATURES]])
const ROWS = Array.from({ length: 40 }, (_, n) => stored(n, featureRow(n)))

async function smallDisk(): Promise<{ readonly folder: string; readonly disk: Disk } | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'candlewick-disk-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  try {
    const disk = await mountDisk(folder, 2)
    onTestFinished(() => disk.unmount())
    return { folder, disk }
  } catch (error) {
    if (!(error instanceof NotPossible)) throw error
    return undefined
  }
}

const filesOf = (folder: string): [string, Buffer][] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && entry.name !== 'filler')
    .map(entry => join(entry.parentPath, entry.name))
    .map(path => [path.slice(folder.length + 1), readFileSync(path)])

it('leaves no partial file on a full disk, and has each row once when there is room again', async context => {
  const small = await smallDisk()
  if (!small) return context.skip('a small disk cannot be mounted here')
  const { folder, disk } = small
  const open = () =>
    new ParquetStore({ files: new LocalFiles(folder), periodMs: 10 * MINUTE_MS, kinds: KINDS }).open(SOURCE)
  await (await open()).write({ rows: ROWS.slice(0, 12), next: 12 })
  const before = filesOf(folder)
  expect(before.map(([path]) => path).filter(path => path.endsWith('.parquet'))).toHaveLength(1)
  await disk.fill()
  const sink = await open()
  const rest = ROWS.filter(({ offset }) => offset >= sink.position!)
  await expect(sink.write({ rows: rest, next: 40 })).rejects.toThrow(/ENOSPC/)
  expect(filesOf(folder)).toEqual(before)
  await disk.free()
  const again = await open()
  expect(again.position).toBe(sink.position)
  await again.write({ rows: rest, next: 40 })
  const found = await readDataset(filesOf(folder))
  const whole = ROWS.filter(({ offset }) => offset < again.position!)
  expect(found.map(({ open_time_ms }) => open_time_ms).sort()).toEqual(whole.map(({ row }) => row.open_time_ms))
  expect(whole.length).toBeGreaterThan(12)
})
