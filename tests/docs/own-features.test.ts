import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as blocks from '@candlewick/indicators'
import { expect, it } from 'vitest'
import { checkFeatures } from '../../tools/check-feature/check.ts'

const ROOT = join(import.meta.dirname, '../..')
const EXAMPLES = join(ROOT, 'examples/features')
const guide = readFileSync(join(ROOT, 'docs/your-own-features.md'), 'utf8')

it('docs/your-own-features.md has exactly the examples of the repository', () => {
  const shown = [...guide.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code!)
  const files = readdirSync(EXAMPLES).map(name => readFileSync(join(EXAMPLES, name), 'utf8'))
  expect(shown.sort()).toEqual(files.sort())
})

it('the examples keep to the contract', () => {
  const checked = checkFeatures(EXAMPLES, [])
  expect(checked).toHaveLength(3)
  expect(checked.flatMap(({ verdicts }) => verdicts).filter(({ broken }) => broken !== undefined)).toEqual([])
})

it('docs/your-own-features.md names building blocks that exist', () => {
  const [, section = ''] = guide.split('## Building blocks')
  const [table = ''] = section.split('\n## ')
  const named = [...table.matchAll(/`(\w+)\(/g)]
    .map(([, name]) => name!)
    .filter(name => name !== 'update' && name !== 'initial')
  expect(named.length).toBeGreaterThan(9)
  for (const name of named) expect(Object.keys(blocks), name).toContain(name)
})
