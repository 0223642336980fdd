import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { temporaryFolder } from '../../../tests/temporary-folder.ts'
import { onChange } from '../src/changes.ts'

it('warns once about a folder with more entries than it looks at', () => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'many'))
  for (let i = 0; i < 2001; i++) writeFileSync(join(folder, 'many', `${i}.js`), '')
  const warnings: string[] = []
  onTestFinished(
    onChange(
      folder,
      () => {},
      message => warnings.push(message),
    ),
  )
  expect(warnings).toEqual([expect.stringContaining(`${folder} has more than 2000 files and folders: changes of the`)])
  onTestFinished(
    onChange(
      join(folder, 'none'),
      () => {},
      message => warnings.push(message),
    ),
  )
  expect(warnings).toHaveLength(1)
})
