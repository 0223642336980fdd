import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { MUTANTS } from '../simulation/mutants.ts'

const ROOT = join(import.meta.dirname, '../..')

it.each(MUTANTS)('the text that the mutant "$name" replaces occurs exactly once in its file', ({ edits }) => {
  for (const { file, find } of edits)
    expect(readFileSync(join(ROOT, file), 'utf8').split(find), `${file}: ${find}`).toHaveLength(2)
})
