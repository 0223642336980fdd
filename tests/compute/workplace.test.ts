import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryPath } from '@candlewick/dataset'
import { expect, it } from 'vitest'
import { FolderLock } from '../../tools/compute/folder-lock.ts'
import { Workplace } from '../../tools/compute/workplace.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const [COMMAND, OTHER] = ['{"files":["a.csv"]}', '{"files":["b.csv"]}']
const target = () => join(temporaryFolder(), 'dataset')

/** A sealed file of the dataset, which `publish` renames. */
function sealed(out: string, content: string, name = 'date=2026-01-01'): string {
  const folder = join(out, 'candles/interval=1m', name)
  mkdirSync(folder, { recursive: true })
  const path = join(folder, 'compute.parquet')
  writeFileSync(temporaryPath(path), content)
  return path
}

function computed(out: string, content: string): string {
  const workplace = new Workplace(out, COMMAND)
  const path = sealed(out, content)
  workplace.publish([path], {})
  return path
}

it('is released by its owner, and refused by name before that', () => {
  const folder = join(temporaryFolder(), 'x/.compute')
  const first = new FolderLock(folder)
  expect(() => new FolderLock(folder)).toThrow(new RegExp(`process ${process.pid} on \\S+ since 20`))
  first.release()
  const second = new FolderLock(folder)
  second.release(true)
  rmSync(folder, { recursive: true })
  new FolderLock(folder).release(true)
  expect(readdirSync(folder)).toEqual([])
})

it('refuses a second process whose work is the same, and keeps the unfinished work of the first', () => {
  const out = target()
  const first = new Workplace(out, COMMAND)
  expect(() => new Workplace(out, COMMAND)).toThrow(
    /is being computed by process \d+ on \S+ since .*: wait for it, or end it/,
  )
  writeFileSync(first.path('stage-0'), 'rows')
  writeFileSync(first.path('trades.ndjson'), 'trades')
  first.leave()
  expect(() => new Workplace(out, OTHER)).toThrow(/holds the result of another command, .*a\.csv.*--out/)
  const again = new Workplace(out, COMMAND)
  expect(readFileSync(again.path('trades.ndjson'), 'utf8')).toBe('trades')
  expect(existsSync(again.path('stage-0'))).toBe(false)
  again.publish([sealed(out, 'a')], {})
  expect(readdirSync(out).sort()).toEqual(['_compute.json', 'candles'])
})

it('has no record of a run while the files of another one appear, so that a kill leaves nothing that looks whole', () => {
  const out = target()
  const path = computed(out, 'old')
  const workplace = new Workplace(out, COMMAND)
  const lost = join(out, 'candles/interval=1m/date=2026-01-02/compute.parquet')
  expect(() => workplace.publish([sealed(out, 'new'), lost], {})).toThrow(/ENOENT/)
  workplace.leave()
  expect(readFileSync(path, 'utf8')).toBe('new')
  expect(existsSync(join(out, '_compute.json'))).toBe(false)
  expect(() => new Workplace(out, OTHER)).toThrow(/another command/)
  computed(out, 'newest')
  expect(readFileSync(path, 'utf8')).toBe('newest')
  expect(existsSync(join(out, '_compute.json'))).toBe(true)
})

it('removes files of an older run of the command that the new one does not have', () => {
  const out = target()
  const first = new Workplace(out, COMMAND)
  first.publish([sealed(out, 'a'), sealed(out, 'b', 'date=2026-01-02')], {})
  computed(out, 'c')
  expect(readdirSync(join(out, 'candles/interval=1m/date=2026-01-02'))).toEqual([])
})

it('leaves a folder with other files as it was', () => {
  const out = temporaryFolder()
  writeFileSync(join(out, 'notes.txt'), '')
  expect(() => new Workplace(out, COMMAND)).toThrow(/holds notes\.txt/)
  expect(readdirSync(out)).toEqual(['notes.txt'])
})
