import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { CATALOGUE } from '@candlewick/indicators'
import { installTalib } from '../../tools/goldens/talib.ts'
import { technicalindicators } from './contestants/technicalindicators.ts'
import { tradingSignals } from './contestants/trading-signals.ts'
import { markdown, type Results } from './report.ts'

/**
 * `npm run bench:indicators`: candles a CPU-second of our indicators beside those of npm's trading-signals and
 * technicalindicators and of TA-Lib's C code recomputing a window for each candle; writes bench/indicators.md.
 */
const { values: args } = parseArgs({ options: { repeats: { type: 'string', default: '3' } } })
const run = promisify(execFile)
const names = CATALOGUE.map(({ name }) => name)
const LIBRARIES: Readonly<Record<string, readonly string[]>> = {
  candlewick: names,
  'trading-signals': Object.keys(tradingSignals),
  technicalindicators: Object.keys(technicalindicators),
}

async function answer(command: string, file: string, ...rest: readonly string[]): Promise<Record<string, number>> {
  const { stdout } = await run(command, [join(import.meta.dirname, file), ...rest], { maxBuffer: 1 << 24 })
  return JSON.parse(stdout) as Record<string, number>
}

const results = new Map<string, Record<string, number>[]>()
const add = (library: string, rates: Record<string, number>) =>
  results.set(library, [...(results.get(library) ?? []), rates])
const python = installTalib()
// In alternation, so that whatever the machine does meanwhile befalls all of them.
for (let i = 0; i < Number(args.repeats); i++) {
  for (const [library, of] of Object.entries(LIBRARIES))
    add(library, await answer(process.execPath, 'library.ts', library, ...of))
  add('sets', await answer(process.execPath, 'sets.ts'))
  if (python) add('talib', await answer(python, 'talib_window.py', ...names))
  console.error(`round ${i + 1} of ${args.repeats}`)
}

/** @returns the median of the rounds, of each indicator. */
function medians(library: string): ReadonlyMap<string, number> {
  const rounds = results.get(library) ?? []
  const median = (numbers: number[]) => numbers.sort((a, b) => a - b)[numbers.length >> 1]!
  return new Map(Object.keys(rounds[0] ?? {}).map(name => [name, median(rounds.map(round => round[name]!))]))
}

const report: Results = {
  machine: `${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.version}`,
  candlewick: medians('candlewick'),
  others: new Map(['trading-signals', 'technicalindicators', 'talib'].map(library => [library, medians(library)])),
  sets: medians('sets'),
}
const text = markdown(report)
writeFileSync(join(import.meta.dirname, '../indicators.md'), text)
console.log(text)
