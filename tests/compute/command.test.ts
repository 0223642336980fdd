import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, existsSync, mkdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it, onTestFinished, vi } from 'vitest'
import { NotPossible } from '../../tools/broker/broker.ts'
import { mountDisk } from '../../tools/broker/small-disk.ts'
import { FolderLock } from '../../tools/compute/folder-lock.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { filesOf, linesOf } from './computed.ts'

// Each test starts several processes.
vi.setConfig({ testTimeout: 120_000 })

const MAIN = join(import.meta.dirname, '../../tools/compute/main.ts')
const T0 = 1_767_225_600_000
const HEADER = 'pair,trade_id,side,price,qty,timestamp_ms\n'
const ENV = { CANDLE_INTERVALS: '1m,5m', INDICATORS: 'sma:3; rsi:3' }

const line = (id: number, everyMs = 1000, pair = 'A/USD') =>
  `${pair},${id},${id % 2 ? 'buy' : 'sell'},${(100 + (id % 17) / 7).toFixed(2)},0.${1 + (id % 9)},${T0 + id * everyMs}\n`

function fileOf(lines: Iterable<string>): string {
  const path = join(temporaryFolder(), 'trades.csv')
  writeFileSync(path, HEADER + [...lines].join(''))
  return path
}

const lines = (count: number) => Array.from({ length: count }, (_, i) => line(i + 1))

function start(args: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, [MAIN, ...args], { env: { ...process.env, ...ENV }, cwd: temporaryFolder() })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

async function ended(child: ChildProcess) {
  let [output, errors] = ['', '']
  child.stdout?.on('data', chunk => (output += chunk))
  child.stderr?.on('data', chunk => (errors += chunk))
  const [code] = await once(child, 'close')
  return { code, output, errors }
}

const run = (...args: string[]) => ended(start(args))
const bytesOf = (out: string) =>
  (['candles', 'features'] as const).flatMap(kind =>
    filesOf(out, kind).map(file => [file, readFileSync(join(out, file), 'hex')]),
  )
const summaryOf = (out: string) => JSON.parse(readFileSync(join(out, '_compute.json'), 'utf8'))
const target = () => join(temporaryFolder(), 'dataset')

/** Waits until the process has begun its work, even if an earlier process has left files. */
async function holdsLock(child: ChildProcess, out: string): Promise<void> {
  const owner = join(out, '.compute/owner.json')
  while (!existsSync(owner) || JSON.parse(readFileSync(owner, 'utf8')).pid !== child.pid) await sleep(5)
}

/** A file of 600,000 trades, so that there is time to interrupt the run. */
async function longFile(): Promise<string> {
  const path = join(temporaryFolder(), 'long.csv')
  await pipeline(async function* () {
    yield HEADER
    for (let id = 1; id <= 600_000; id += 1000)
      yield Array.from({ length: 1000 }, (_, i) => line(id + i, 10_000)).join('')
  }, createWriteStream(path))
  return path
}

it('makes the same dataset after kill -9 and Ctrl-C as without them, and never a partial one', {
  timeout: 120_000,
}, async () => {
  const file = await longFile()
  const [whole, broken] = [target(), target()]
  const command = (out: string) => ['--file', file, '--out', out]
  expect(await run(...command(whole))).toMatchObject({ code: 0 })
  for (const signal of ['SIGKILL', 'SIGINT', 'SIGKILL'] as const) {
    const child = start(command(broken))
    const end = ended(child)
    await holdsLock(child, broken)
    await sleep(Math.random() * 400)
    child.kill(signal)
    const { code, errors } = await end
    expect(code).not.toBe(0)
    if (signal === 'SIGINT') expect(errors).toContain('Stopped: run the same command again to complete it.')
    expect(existsSync(join(broken, '_compute.json'))).toBe(false)
    for (const kind of ['candles', 'features'] as const)
      if (existsSync(join(broken, kind)))
        expect(filesOf(broken, kind).filter(name => name.endsWith('compute.parquet') && !name.includes('/.'))).toEqual(
          [],
        )
  }
  expect(await run(...command(broken))).toMatchObject({ code: 0 })
  expect(bytesOf(broken)).toEqual(bytesOf(whole))
  expect(existsSync(join(broken, '.compute'))).toBe(false)
  expect(await run(...command(broken))).toMatchObject({ code: 0 })
  expect(bytesOf(broken)).toEqual(bytesOf(whole))
})

it('refuses a folder that holds the result of another command, that holds other files, or that a process is writing', async () => {
  const [file, out] = [fileOf(lines(300)), target()]
  expect(await run('--file', file, '--out', out)).toMatchObject({ code: 0 })
  const other = await run('--file', file, '--out', out, '--intervals', '1m')
  expect(other).toMatchObject({ code: 1 })
  expect(other.errors).toMatch(/holds the result of another command.*--out/)
  const foreign = temporaryFolder()
  writeFileSync(join(foreign, 'notes.txt'), '')
  expect((await run('--file', file, '--out', foreign)).errors).toMatch(/holds notes\.txt: name a folder that is new/)
  const busy = target()
  const lock = new FolderLock(join(busy, '.compute'))
  const second = await run('--file', file, '--out', busy)
  expect(second).toMatchObject({ code: 1 })
  expect(second.errors).toContain(`is being computed by process ${process.pid} on ${hostname()} since`)
  lock.release()
  expect(await run('--file', file, '--out', busy)).toMatchObject({ code: 0 })
})

it('reports broken rows, continues, and accounts for every row', async () => {
  const rows = lines(200)
  rows.splice(50, 0, 'A/USD,x,buy,1,1,1767225600000\n', line(49), 'A/USD,51,buy\n', '\n', line(51))
  const out = target()
  const { code, errors } = await run('--file', fileOf(rows), '--out', out)
  expect(errors).toMatch(/line 52 is left out: trade_id/)
  expect(code).toBe(0)
  const { rows_read, trades_used, rows_left_out, pairs } = summaryOf(out)
  expect({ rows_read, trades_used, rows_left_out }).toEqual({ rows_read: 204, trades_used: 200, rows_left_out: 4 })
  expect(pairs['A/USD'].leftOut.duplicate).toMatchObject({ count: 2 })
})

it('sorts trades that are newest first, and makes the dataset of the sorted ones', async () => {
  const [sorted, reversed] = [target(), target()]
  await run('--file', fileOf(lines(2500)), '--out', sorted)
  const { code, errors } = await run('--file', fileOf(lines(2500).reverse()), '--out', reversed)
  expect(code).toBe(0)
  expect(errors).toMatch(/Not in order: trade 2499 of A\/USD comes after trade 2500/)
  expect(bytesOf(reversed)).toEqual(bytesOf(sorted))
})

it('writes nothing where two trades share an id, or an id and a time contradict each other', async () => {
  const shared = lines(200)
  shared.splice(150, 0, line(150).replace('sell', 'buy').replace(',0.', ',1.'))
  const late = lines(300)
  late[200] = line(201).replace(/\d+\n$/, `${T0}\n`)
  for (const [rows, problem] of [
    [shared, /line 152: trade 150 of A\/USD is another one/],
    [late, /line 202: trade 201 of A\/USD has an earlier time, .* would be late/],
  ] as const) {
    const out = target()
    const { code, errors } = await run('--file', fileOf(rows), '--out', out)
    expect(code).toBe(1)
    expect(errors).toMatch(problem)
    expect(existsSync(join(out, 'candles'))).toBe(false)
  }
})

it('leaves out trades of other times and of the future, by reason', async () => {
  const future = line(301).replace(/\d+\n$/, `${Date.now() + 86_400_000}\n`)
  const out = target()
  const to = new Date(T0 + 200_000).toISOString()
  const { code } = await run('--file', fileOf([...lines(300), future]), '--out', out, '--to', to)
  expect(code).toBe(0)
  const { rows_read, trades_used, pairs } = summaryOf(out)
  expect({ rows_read, trades_used }).toEqual({ rows_read: 301, trades_used: 199 })
  expect(pairs['A/USD'].leftOut).toMatchObject({ outside_time: { count: 101 }, future: { count: 1 } })
})

it('ends with one line that names the full disk, leaves no partial dataset, and completes it when there is room', async context => {
  const folder = temporaryFolder()
  const disk = await mountDisk(folder, 64).catch(error => {
    if (error instanceof NotPossible) return context.skip(error.message)
    throw error
  })
  onTestFinished(() => disk.unmount())
  const [file, out, whole] = [await longFile(), join(folder, 'dataset'), target()]
  await disk.fill()
  const { code, errors } = await run('--file', file, '--out', out, '--threads', '0')
  expect(code).toBe(1)
  expect(errors.trim().split('\n').at(-1)).toMatch(
    /^The disk of .*dataset is full \(ENOSPC.*--out, and run the command again\.$/,
  )
  await disk.free()
  mkdirSync(out, { recursive: true })
  const room = statfsSync(folder)
  writeFileSync(join(folder, 'others'), Buffer.alloc(room.bavail * room.bsize - (6 << 20)))
  const later = await run('--file', file, '--out', out, '--threads', '1')
  expect(later).toMatchObject({ code: 1, errors: expect.stringMatching(/The disk of .*dataset is full \(ENOSPC/) })
  expect(existsSync(join(out, '_compute.json'))).toBe(false)
  rmSync(join(folder, 'others'))
  expect(await run('--file', file, '--out', out)).toMatchObject({ code: 0 })
  expect(await run('--file', file, '--out', whole)).toMatchObject({ code: 0 })
  expect(bytesOf(out)).toEqual(bytesOf(whole))
})

it('writes NDJSON and CSV to folders and to the standard output', async () => {
  const file = fileOf(lines(300))
  const out = target()
  await run('--file', file, '--out', out, '--format', 'ndjson')
  const files = filesOf(out, 'features')
  expect(files).toEqual(['1m', '5m'].map(name => `features/interval=${name}/date=2026-01-01/compute.ndjson`))
  const inFiles = files.flatMap(name => linesOf(readFileSync(join(out, name), 'utf8')))
  const { code, output } = await run('--file', file, '--out', '-')
  expect(code).toBe(0)
  expect(linesOf(output).sort()).toEqual(inFiles.sort())
  const csv = await run('--file', file, '--out', '-', '--format', 'csv', '--rows', 'candles')
  expect(linesOf(csv.output)[0]).toMatch(/^pair,interval,open_time_ms,.*,complete,source,bar$/)
  expect(linesOf(csv.output)).toHaveLength(linesOf(output).length + 1)
})

it('names the mistake in a command', async () => {
  for (const [args, message] of [
    [['--out', 'x'], /--file or --exchange is missing/],
    [['--file', 'x.csv'], /--out is missing/],
    [['--file', 'x.csv', '--out', '-', '--format', 'parquet'], /--out - needs --format ndjson or csv/],
    [['--exchange', 'kraken', '--pair', 'BTC/USD', '--out', 'x'], /--from is missing/],
    [['--exchange', 'simulated', '--pair', 'A/USD', '--from', '2026-01-01', '--out', 'x'], /EXCHANGE_REST_URL/],
    [['--file', 'x.csv', '--out', 'x', '--intervals', '7m'], /"7m" is not an interval/],
    [['--file', 'x.csv', '--out', 'x', '--indicators', 'foo:1'], /foo/],
    [['--file', 'missing.csv', '--out', 'x'], /missing\.csv/],
  ] as const) {
    const { code, errors } = await run(...args)
    expect(code).toBe(1)
    expect(errors).toMatch(message)
  }
})
