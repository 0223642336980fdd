import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { kafkaLog } from '@candlewick/kafka'
import { startBroker } from '../tools/broker/index.ts'
import { checkOut } from './compare.ts'
import { measureHistory } from './history/history.ts'
import { Inputs } from './inputs.ts'
import type { Measured } from './measure.ts'
import { type Scenario, SETS } from './scenarios.ts'
import { surroundings } from './surroundings.ts'
import { render, rowOf } from './table.ts'

const { values: args } = parseArgs({
  options: {
    /** Records of each scenario; by default the number that the set defines. */
    trades: { type: 'string' },
    repeats: { type: 'string', default: '3' },
    /** `table`, `flat`, `pairs` or `history`. */
    set: { type: 'string', default: 'table' },
    /** A regular expression that selects scenarios by name. */
    only: { type: 'string', default: '' },
    /** A commit to run in alternation with this one. */
    compare: { type: 'string' },
    /** The name of a file of `results/` to write. */
    save: { type: 'string' },
  },
})

if (args.set === 'history') {
  const { trades = '5000000', repeats, only, compare, save } = args
  const size = { trades: Number(trades), repeats: Number(repeats) }
  await measureHistory({ ...size, only: new RegExp(only), compare, save })
  process.exit(0)
}

const set = SETS[args.set]
if (!set) throw new Error(`--set ${args.set}: there are ${Object.keys(SETS).join(', ')}, history`)
const scenarios = set.scenarios.filter(s => new RegExp(args.only).test(s.name) || s.name === set.baseline)
const trades = Number(args.trades ?? set.trades)

const execute = promisify(execFile)
const here = { name: '', root: join(import.meta.dirname, '..') }
const other = args.compare ? await checkOut(args.compare) : undefined
const versions = other ? [here, { name: ` (${args.compare})`, root: other.root }] : [here]
const broker = await startBroker({ running: process.env.KAFKA_BROKERS, report: sentence => console.error(sentence) })
const around = surroundings(broker.kind)
const log = kafkaLog({ brokers: broker.brokers.split(','), clientId: 'bench' })

async function contestant(root: string, file: string, rest: readonly string[]): Promise<Measured> {
  const path = join(root, 'bench/contestants', file)
  const { stdout } = await execute(process.execPath, [path, broker.brokers, ...rest], { cwd: root })
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Measured
}

const inputs = new Inputs(log, trades, (file, rest) => contestant(here.root, file, rest))
const results = new Map<string, Measured[]>()

async function measureOnce({ name, input, file, args: rest }: Scenario): Promise<void> {
  const source = await inputs.get(input)
  for (const version of versions) {
    const measured = await contestant(version.root, file, [source.name, String(source.count), ...rest])
    const row = name + version.name
    results.set(row, [...(results.get(row) ?? []), measured])
    console.error(`${row}: ${Math.round(measured.trades / measured.cpuSeconds)} per CPU-second`)
  }
}

try {
  // The scenarios run in alternation, so that other load on the machine affects all of them equally.
  for (let i = 0; i < Number(args.repeats); i++) for (const scenario of scenarios) await measureOnce(scenario)
  const rows = [...results].map(([name, runs]) => rowOf(name, runs))
  console.log(render(rows, set.baseline))
  if (args.save) {
    const folder = join(import.meta.dirname, 'results')
    await mkdir(folder, { recursive: true })
    const result = { ...around, trades, rows }
    await writeFile(join(folder, `${args.save}.json`), `${JSON.stringify(result, null, 2)}\n`)
  }
} finally {
  await Promise.allSettled([log.close(), inputs.close(), other?.remove()])
  await broker.stop()
}
