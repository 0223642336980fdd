import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { temporaryFolder } from '../../../tests/temporary-folder.ts'

/** @returns a new folder, far from any node_modules, with these files. */
export function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder()
  write(folder, files)
  return folder
}

export function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
}

const IMPORTS = `import * as blocks from '@candlewick/indicators'\nconst { define, period, rollingAverage } = blocks\n`

/** @returns a module with a feature of one output, the close, and what differs from that. */
export const moduleOf = (
  name: string,
  { update = '[candle.close]', warmup = '0', initial = '({})', rest = '' } = {},
): string =>
  `${IMPORTS}${rest}
export const feature = define({
  name: '${name}',
  make: () => ({ outputs: [''], warmup: ${warmup}, initial: () => ${initial}, update: (state, candle) => ${update} }),
})
`
