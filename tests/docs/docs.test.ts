import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DEFAULT_TOPIC_NAMES } from '@candlewick/market-data'
import { expect, it } from 'vitest'
import { rightsAsMarkdown } from '../../tools/acls/markdown.ts'
import { rightsOf } from '../../tools/acls/rights.ts'
import { metricsAsMarkdown } from './metrics.ts'
import { topicsAsMarkdown } from './topics.ts'

const ROOT = join(import.meta.dirname, '../..')
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')
const scripts = (JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts
const documents = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  ...globSync('{docs,bench,examples,packages/*}/*.md', { cwd: ROOT }),
]

it.each([
  ['ARCHITECTURE.md', 'topics', topicsAsMarkdown],
  ['docs/metrics.md', 'metrics', metricsAsMarkdown],
  ['docs/security.md', 'rights', () => rightsAsMarkdown(rightsOf(DEFAULT_TOPIC_NAMES))],
] as const)('%s has the table of %s that the code has (UPDATE_DOCS=1 writes it)', (file, name, asMarkdown) => {
  const before = read(file)
  const table = new RegExp(`(<!-- ${name} -->\n).*(<!-- /${name} -->)`, 's')
  const after = before.replace(table, (_, begin, end) => `${begin}${asMarkdown()}\n${end}`)
  if (process.env.UPDATE_DOCS) writeFileSync(join(ROOT, file), after)
  else expect(before).toBe(after)
})

it.each(documents)('%s names only commands that exist', file => {
  for (const [, name] of read(file).matchAll(/npm (?:run )?(start|test|(?<=npm run )[a-z:-]+)/g))
    expect(Object.keys(scripts)).toContain(name)
})

it.each(documents)('%s links only to files that exist', file => {
  for (const [, target] of read(file).matchAll(/\]\((?!https?:|#)([^)#]+)/g))
    expect(existsSync(join(ROOT, file, '..', target!)), `${file} links to ${target}`).toBe(true)
})

it('the file map of ARCHITECTURE.md names only files that exist', () => {
  const [, map = ''] = read('ARCHITECTURE.md').split('## File map')
  const [table = ''] = map.split('\n## ')
  const first = [...table.matchAll(/^\| (`[^|]+) \|/gm)].flatMap(([, cell]) => cell!.match(/`[^`]+`/g) ?? [])
  for (const name of first) expect(existsSync(join(ROOT, name.slice(1, -1))), name).toBe(true)
})
