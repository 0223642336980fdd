import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { CATALOGUE } from '@candlewick/indicators'
import { installTalib } from '../../tools/goldens/talib.ts'
import { median } from './rate.ts'
import { type Beside, markdown } from './report.ts'

/**
 * `npm run bench:indicators`: measures candles per CPU-second of our indicators, of npm's trading-signals and
 * technicalindicators, and of TA-Lib's C code, which recomputes a window for each candle. Writes bench/indicators.md.
 */
const { values: args } = parseArgs({ options: { repeats: { type: 'string', default: '3' } } })
const run = promisify(execFile)
const names = CATALOGUE.map(({ name }) => name)

/** Candles per CPU-second by indicator, for each library that was measured in the same process. */
type Rates = Record<string, readonly number[]>

async function answer(command: string, file: string, ...rest: readonly string[]): Promise<Rates> {
  const { stdout } = await run(command, [join(import.meta.dirname, file), ...rest], { maxBuffer: 1 << 24 })
  return JSON.parse(stdout) as Rates
}

const rounds: Record<'alone' | 'tradingSignals' | 'technicalindicators' | 'sets' | 'talib', Rates[]> = {
  alone: [],
  tradingSignals: [],
  technicalindicators: [],
  sets: [],
  talib: [],
}
const python = installTalib()
for (let i = 0; i < Number(args.repeats); i++) {
  rounds.alone.push(await answer(process.execPath, 'versus.ts'))
  rounds.tradingSignals.push(await answer(process.execPath, 'versus.ts', 'trading-signals'))
  rounds.technicalindicators.push(await answer(process.execPath, 'versus.ts', 'technicalindicators'))
  rounds.sets.push(await answer(process.execPath, 'sets.ts'))
  if (python) rounds.talib.push(await answer(python, 'talib_window.py', ...names))
  console.error(`round ${i + 1} of ${args.repeats}`)
}

/** @returns the median over the rounds for each indicator. */
const medians = (of: readonly Rates[], take: (rates: readonly number[], name: string) => number) =>
  new Map(Object.keys(of[0] ?? {}).map(name => [name, median(of.map(round => take(round[name]!, name)))]))

const alone = medians(rounds.alone, ([rate]) => rate!)
/** The library's rates beside ours, which were measured in alternation with them. */
const paired = (of: readonly Rates[]): Beside => ({
  rates: medians(of, ([, rate]) => rate!),
  times: medians(of, ([ours, rate]) => ours! / rate!),
})

const text = markdown({
  machine: `${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.version}`,
  candlewick: alone,
  others: new Map([
    ['trading-signals 8.3.0', paired(rounds.tradingSignals)],
    ['technicalindicators 3.1.0', paired(rounds.technicalindicators)],
    [
      'TA-Lib 0.8.1, window of 200',
      {
        rates: medians(rounds.talib, ([rate]) => rate!),
        times: medians(rounds.talib, ([rate], name) => alone.get(name)! / rate!),
      },
    ],
  ]),
  sets: medians(rounds.sets, ([rate]) => rate!),
})
writeFileSync(join(import.meta.dirname, '../indicators.md'), text)
console.log(text)
