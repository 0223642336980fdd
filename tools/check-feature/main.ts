import { parseArgs } from 'node:util'
import { watchFeatures } from '@candlewick/own-features'
import { guardOutput } from '../broker/output.ts'
import { checkFeatures } from './check.ts'
import { costsOf } from './cost.ts'
import { costsAsText, reportOf } from './report.ts'

const USAGE = `usage: npm run check-feature -- PATH [ENTRY …]
Checks features of your own against the contract that the built-in indicators pass, and prints what they cost.
  PATH   a file, e.g. features/spread-ratio.ts, or a folder
  ENTRY  which of its features, with parameters, e.g. spread_ratio:50; without it all, with their defaults
The exit code is 1 if something is wrong. docs/your-own-features.md says how to write one.`

guardOutput()
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { help: { type: 'boolean', short: 'h', default: false } },
})
const [path, ...entries] = positionals

function run(path: string): number {
  watchFeatures({ service: 'check-feature', timeoutMs: 5000, isPlain: true })
  const checked = checkFeatures(path, entries)
  console.log(checked.map(reportOf).join('\n\n'))
  const wrong = checked.filter(({ verdicts }) => verdicts.some(({ broken }) => broken !== undefined))
  if (wrong.length > 0) {
    console.error(`\nWrong: ${wrong.map(({ entry }) => entry).join(', ')}.`)
    return 1
  }
  console.log(
    `\n${costsAsText(
      costsOf(
        path,
        checked.map(({ entry }) => entry),
      ),
    )}`,
  )
  return 0
}

if (values.help || path === undefined) {
  console.log(USAGE)
  process.exitCode = values.help ? 0 : 1
} else
  try {
    process.exitCode = run(path)
  } catch (error) {
    console.error((error as Error).message)
    process.exitCode = 1
  }
