import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')
const sourcesOf = (folder: string) => globSync(`${folder}/**/*.ts`, { cwd: ROOT })

interface Reason {
  readonly number: number
  readonly text: string
  readonly where: string
}

const README = 'services/candles/README.md'
const [, section = ''] = read(README).split('## When `complete` is false')
const reasons = [...section.matchAll(/^\| (\d+) \| (.+?) \| .+? \| (.+?) \|$/gm)].map(
  ([, number, text, where]): Reason => ({ number: Number(number), text: text!, where: where! }),
)
const table = reasons.map(({ text, where }) => `${text} ${where}`).join('\n')
const candles = new Map(sourcesOf('services/candles/src').map(file => [file, read(file)]))

it('the reasons for `complete: false` are numbered without a hole', () => {
  expect(reasons.length).toBeGreaterThan(0)
  expect(reasons.map(({ number }) => number)).toEqual(reasons.map((_, i) => i + 1))
})

it.each(reasons)('reason $number names files and functions of candles that exist', ({ where }) => {
  for (const [, name] of where.matchAll(/`([\w-]+\.ts)`/g))
    expect([...candles.keys()]).toContainEqual(join('services/candles/src', name!))
  for (const [, name] of where.matchAll(/`([a-z]\w+)`/g))
    expect(
      [...candles.values()].some(source => new RegExp(`\\b(function |#|  )${name}\\(`).test(source)),
      name,
    ).toBe(true)
})

it('every function of candles that notes a reason is in a file that the list names', () => {
  const noting = /\b(noteGap|noteMissingTrades?|noteDoubtfulId|noteJump|doubtUntil|doubtPrice|doubtPriceOf|addGap)\(/
  for (const [file, source] of candles)
    if (noting.test(source)) expect(table, `${file} notes a reason`).toContain(`\`${file.split('/').at(-1)}\``)
})

it('every counter in the list exists', () => {
  const counted = [...candles.values(), ...sourcesOf('packages/streams/src').map(read)].join('\n')
  for (const [, name] of table.matchAll(/\(`([a-z_]+)`\)/g))
    expect(counted, name).toMatch(new RegExp(`['\`]${name}\\b`))
})

it('every kind of dead letter of a trade is in the list, or among the records that `complete` does not cover', () => {
  const operations = read('docs/operations.md').split('### CandlewickDeadLetters')[1]!.split('###')[0]!
  const kinds = [...operations.matchAll(/^\| `([a-z_]+)` \|/gm)].map(([, kind]) => kind!)
  expect(kinds).toContain('stale_id')
  for (const kind of kinds) expect(section, kind).toContain(`\`${kind}\``)
  for (const source of candles.values())
    for (const [, kind] of source.matchAll(/new Rejected\('(\w+)'/g)) expect(kinds).toContain(kind)
})

it('docs/topics.md numbers the most frequent reasons as the list does, the doubtful price included', () => {
  const [, paragraph = ''] = read('docs/topics.md').split('The most frequent ones, with their numbers there,')
  const [sentence = ''] = paragraph.split('In a row')
  const words: Readonly<Record<string, RegExp>> = {
    "pair's first window": /birth record/,
    gap: /`gap`/,
    retention: /Retention/,
    'added interval': /interval was added/,
    'dead letter': /dead letter/,
    'exchange made': /exchange made/,
    CLOSE_AFTER_IDLE_MS: /CLOSE_AFTER_IDLE_MS/,
    'price is in': /another price/,
  }
  const parts = [...sentence.replaceAll('\n', ' ').matchAll(/(.+?) \((\d[\d, ]*)\)/g)]
  expect(parts).toHaveLength(Object.keys(words).length)
  for (const [, text, numbers] of parts) {
    const word = Object.keys(words).find(word => text!.includes(word))
    for (const number of numbers!.split(', ')) expect(reasons[Number(number) - 1]?.text, text).toMatch(words[word!]!)
  }
})
