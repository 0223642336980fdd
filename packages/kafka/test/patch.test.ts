import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const text = (path: string) => readFileSync(join(import.meta.dirname, '../../..', path), 'utf8')
const [, patch = ''] = /kafkajs@2\.2\.4: (\S+)/.exec(text('pnpm-workspace.yaml')) ?? []

it('is also applied in the image', () => {
  const folder = patch.split('/')[0]
  expect(text('.dockerignore').split('\n')).toContain(`!${folder}`)
})

it('stays small enough to be read, and does not change the code that reads or writes records', () => {
  const lines = text(patch).split('\n')
  expect(lines.filter(line => /^[+-](?![+-]{2} )/.test(line)).length).toBeLessThan(150)
  const files = lines.flatMap(line => /^\+\+\+ b\/(.*)/.exec(line)?.[1] ?? [])
  expect(files.length).toBeGreaterThan(0)
  for (const file of files) expect(file).not.toMatch(/producer|recordBatch|requests\/(fetch|produce)\//)
})
