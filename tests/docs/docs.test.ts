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
const notInstalled = (name: string) => name === 'node_modules' || name.startsWith('.')
const documents = globSync(['*.md', '{docs,bench,examples,packages,services,clients}/**/*.md'], {
  cwd: ROOT,
  exclude: notInstalled,
})
const sources = globSync('**/*.{ts,mjs,js,py,sh}', { cwd: ROOT, exclude: notInstalled })

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

/** GitHub's name of a heading in links. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')

it.each(documents)('%s links only to headings that exist', file => {
  for (const [, path, anchor] of read(file).matchAll(/\]\((?!https?:)([^)#]*)#([^)]+)\)/g)) {
    const target = path ? join(file, '..', path) : file
    const anchors = [...read(target).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchorOf(heading!))
    expect(anchors, `${file} links to ${target}`).toContain(anchor)
  }
})

it.each(documents)('%s names only source files that exist', file => {
  // NAME in capitals stands for a name that the reader chooses.
  for (const [, name] of read(file).matchAll(/`(?![^`]*[A-Z]{4})([\w./-]+\.(?:ts|mjs|js|py|sh))`/g))
    expect(
      sources.some(source => source === name || source.endsWith(`/${name}`)),
      `${file} names ${name}`,
    ).toBe(true)
})

it('the file map of ARCHITECTURE.md names only files that exist', () => {
  const [, map = ''] = read('ARCHITECTURE.md').split('## File map')
  const [table = ''] = map.split('\n## ')
  const first = [...table.matchAll(/^\| (`[^|]+) \|/gm)].flatMap(([, cell]) => cell!.match(/`[^`]+`/g) ?? [])
  for (const name of first) expect(existsSync(join(ROOT, name.slice(1, -1))), name).toBe(true)
})

it('the rules of the migration name only tests that exist', () => {
  const rows = read('packages/streams/src/migration/README.md').match(/^\| \d+ \| \*\*.*$/gm) ?? []
  const shownBy = rows.map(row => row.split(' | ').at(-1)!)
  const tests = sources.filter(source => source.endsWith('.test.ts')).map(read)
  const names = shownBy.flatMap(cell => [...cell.matchAll(/\*([^*]+)\*/g)].map(([, name]) => name!.replace(/ …$/, '')))
  expect(rows.length).toBeGreaterThan(20)
  for (const name of names)
    expect(
      tests.some(test => test.includes(name)),
      name,
    ).toBe(true)
})
