import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { SimulatedExchange, serve } from '@candlewick/exchanges'
import { expect, it, onTestFinished, vi } from 'vitest'
import { Random } from '../simulation/random.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { filesOf } from './computed.ts'

// Each test starts some twenty processes.
vi.setConfig({ testTimeout: 240_000 })

const MAIN = join(import.meta.dirname, '../../tools/compute/main.ts')
const T0 = 1_767_225_600_000
const PAIRS = ['A/USD', 'B/USD', 'C/USD']
const ENV = { CANDLE_INTERVALS: '1m,5m', INDICATORS: 'sma:3; rsi:3' }
const ROUNDS = 4
/** About the time that a process takes. */
const LIFE_MS = 1500
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9))

const target = () => join(temporaryFolder(), 'dataset')

function fileOf(pairs: readonly string[], count: number): string {
  const line = (i: number) =>
    `${pairs[i % pairs.length]},${Math.floor(i / pairs.length) + 1},buy,${100 + (i % 17)},0.${1 + (i % 9)},${T0 + i * 2000}\n`
  const path = join(temporaryFolder(), 'trades.csv')
  const lines = Array.from({ length: count }, (_, i) => line(i))
  writeFileSync(path, `pair,trade_id,side,price,qty,timestamp_ms\n${lines.join('')}`)
  return path
}

interface Run {
  readonly child: ChildProcess
  readonly ended: Promise<{ readonly code: number | null; readonly errors: string }>
}

function start(args: readonly string[], env: Record<string, string> = {}): Run {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { ...process.env, ...ENV, ...env },
    cwd: temporaryFolder(),
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let errors = ''
  child.stderr?.on('data', chunk => (errors += chunk))
  child.stdout?.resume()
  return { child, ended: once(child, 'close').then(([code]) => ({ code: code as number | null, errors })) }
}

/** Every file below a folder with its content, in hexadecimal. */
const contentOf = (folder: string): readonly (readonly [string, string])[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
    .sort()
    .map(path => [path.slice(folder.length), readFileSync(path, 'hex')] as const)

const datasetOf = (out: string) =>
  (['candles', 'features'] as const).flatMap(kind =>
    filesOf(out, kind).map(file => [file, readFileSync(join(out, file), 'hex')] as const),
  )

/** Starts two or three processes at random moments, and kills some of them. @returns how often each outcome occurred */
async function disturb(out: string, random: Random, begin: () => Run): Promise<string[]> {
  const outcomes: string[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const runs = Array.from({ length: random.int(2, 3) }, async () => {
      const [startMs, killMs, isKilled] = [random.int(0, LIFE_MS / 3), random.int(0, LIFE_MS), random.chance(0.5)]
      await sleep(startMs)
      const { child, ended } = begin()
      if (isKilled) setTimeout(() => child.kill('SIGKILL'), killMs)
      const { code, errors } = await ended
      if (code === 0) {
        outcomes.push('success')
        return expect(existsSync(join(out, '_compute.json'))).toBe(true)
      }
      outcomes.push(code === null ? 'killed' : 'refused')
      if (code !== null)
        expect(errors).toMatch(/dataset is being computed by (process \d+ on \S+ since|another process)/)
    })
    await Promise.all(runs)
  }
  return outcomes
}

it.each([1, 3])(
  'makes the dataset of %s pairs of a file once, whatever number of processes start and are killed meanwhile',
  async count => {
    console.info(`SEED=${SEED} repeats this run, apart from the timing`)
    const random = new Random(SEED + count)
    const file = fileOf(PAIRS.slice(0, count), 60_000)
    const [whole, out] = [target(), target()]
    const command = (to: string) => ['--file', file, '--out', to]
    expect(await start(command(whole)).ended).toMatchObject({ code: 0 })
    const outcomes = await disturb(out, random, () => start(command(out)))
    expect(outcomes).toContain('refused')
    expect(await start(command(out)).ended).toMatchObject({ code: 0 })
    expect(datasetOf(out)).toEqual(datasetOf(whole))
    expect(readdirSync(out).sort()).toEqual(['_compute.json', 'candles', 'features'])
  },
)

it.each([1, 2])('makes the dataset of %s pairs of an exchange’s history once, in the same way', async count => {
  const random = new Random(SEED + 10 + count)
  const exchange = new SimulatedExchange({ tradesPerSecond: 2, speed: 0, startMs: Date.now() - 3_600_000 })
  const served = await serve(exchange)
  onTestFinished(() => served.close())
  const toMs = exchange.time.now()
  const times = [toMs - 40 * 60_000, toMs].map(ms => new Date(ms).toISOString())
  const pairs = ['BTC/USD', 'ETH/USD'].slice(0, count).join()
  const command = (to: string) => [
    '--exchange',
    'binance',
    '--pair',
    pairs,
    '--from',
    times[0]!,
    '--to',
    times[1]!,
    '--out',
    to,
  ]
  const env = { EXCHANGE_REST_URL: served.restUrl }
  const [whole, out] = [target(), target()]
  expect(await start(command(whole), env).ended).toMatchObject({ code: 0 })
  await disturb(out, random, () => start(command(out), env))
  expect(await start(command(out), env).ended).toMatchObject({ code: 0 })
  expect(datasetOf(out)).toEqual(datasetOf(whole))
  expect(existsSync(join(out, '.compute'))).toBe(false)
  const elsewhere = await start(command(out), { EXCHANGE_REST_URL: 'http://127.0.0.1:9' }).ended
  expect(elsewhere).toMatchObject({ code: 1, errors: expect.stringMatching(/holds the result of another command/) })
})

it('refuses another argument after a kill, changes nothing by that, and completes the first command', async () => {
  const random = new Random(SEED + 20)
  const [file, other] = [fileOf(PAIRS, 60_000), fileOf(PAIRS, 500)]
  const [whole, out] = [target(), target()]
  expect(await start(['--file', file, '--out', whole]).ended).toMatchObject({ code: 0 })
  const first = start(['--file', file, '--out', out])
  while (!existsSync(join(out, '.compute/command.json'))) await sleep(5)
  await sleep(random.int(0, 300))
  first.child.kill('SIGKILL')
  await first.ended
  const before = contentOf(out)
  for (const changed of [
    ['--file', other],
    ['--file', file, '--file', other],
    ['--file', file, '--pair', 'A/USD'],
    ['--file', file, '--from', '2026-01-01'],
    ['--file', file, '--to', '2026-01-02'],
    ['--file', file, '--intervals', '1m'],
    ['--file', file, '--indicators', 'sma:4'],
    ['--file', file, '--format', 'csv'],
  ]) {
    const { code, errors } = await start([...changed, '--out', out]).ended
    expect(code).toBe(1)
    expect(errors).toMatch(/holds the result of another command, .*trades\.csv.*: name another folder with --out/)
  }
  expect(contentOf(out)).toEqual(before)
  expect(await start(['--file', file, '--out', out]).ended).toMatchObject({ code: 0 })
  expect(datasetOf(out)).toEqual(datasetOf(whole))
})
