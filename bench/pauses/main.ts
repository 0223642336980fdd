import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { kafkaLog } from '@candlewick/kafka'
import type { Log } from '@candlewick/streams'
import Table from 'cli-table3'
import { Fleet, type Instance } from '../../tests/soak/fleet.ts'
import { Observer } from '../../tests/soak/observer.ts'
import { startBroker } from '../../tools/broker/index.ts'
import { Commits } from './commits.ts'
import { writeRecording } from './recording.ts'

/**
 * Measures from outside, at a steady 400 trades a second, how long the output of `candles` pauses when instances join, leave
 * or are killed and when partitions are added; how long a restore of 1,000 pairs × 5 intervals takes; and the CPU time of an
 * idle instance.
 */
const { values } = parseArgs({ options: { repeats: { type: 'string', default: '4' } } })
const repeats = Number(values.repeats)
const PAIRS = 8
const RATE = 50
const GROWTH = [5, 6, 7, 8]
const SETTLE_MS = 4000
const KILL_MS = 11_000
const IDLE_MS = 15_000
/** Clock ticks a second, in which /proc counts CPU time on Linux. */
const TICK_MS = 10
/** A position is written with every commit. */
const POSITION_KEY = '\u0000position'
/** The part of a key's entry in the changelog that tells whether the partition has the key's state. */
type Entry = { readonly tenures: readonly { readonly held: object | null; readonly end: number | null }[] }

const folder = await mkdtemp(join(tmpdir(), 'candlewick-pauses-'))
const broker = await startBroker({ running: process.env.KAFKA_BROKERS, report: sentence => console.error(sentence) })
const log = kafkaLog({ brokers: broker.brokers.split(','), clientId: 'bench' })
const figures = new Map<string, number[]>()
const note = (what: string, value: number) => {
  figures.set(what, [...(figures.get(what) ?? []), value])
  console.error(`${what}: ${Math.round(value * 100) / 100}`)
}
try {
  await measurePauses(log)
  await measureRestore(log)
  console.log(table())
  console.log(`Load of the machine: ${loadavg().map(l => l.toFixed(1))}`)
} finally {
  await log.close()
  await broker.stop()
  await rm(folder, { recursive: true, force: true })
}

function fleetOf(prefix: string, env: Record<string, string>, onRestored: (ms: number) => void = () => {}): Fleet {
  return new Fleet({
    env: { KAFKA_BROKERS: broker.brokers, TOPIC_PREFIX: prefix, EXCHANGE: 'replay', COMMIT_INTERVAL_MS: '20', ...env },
    folder: join(folder, prefix),
    onLine: ({ msg, restore_ms }) => {
      if (msg === 'Task restored' && restore_ms !== undefined) onRestored(restore_ms)
    },
    onEnd: ({ service, name }, how) => {
      if (service !== 'trades-ingestor') throw new Error(`${name} ${how}`)
    },
  })
}

async function measurePauses(log: Log): Promise<void> {
  const prefix = 'pauses-'
  const file = join(folder, 'steady.csv')
  const seconds = 60 + repeats * 2 * (SETTLE_MS / 1000 + 4) + GROWTH.length * 6 + repeats * 12
  writeRecording(file, { pairs: PAIRS, tradesPerSecond: RATE, seconds })
  const env = { REPLAY_FILE: file, REPLAY_SPEED: '1', PARTITIONS: '4', CANDLE_INTERVALS: '1s,1m' }
  const fleet = fleetOf(prefix, env)
  const commits = new Commits()
  const observer = new Observer(log, {
    [`${prefix}candles-changelog`]: ({ key, value }, partition) => {
      if (key === POSITION_KEY) commits.notePartition(partition)
      else if (key !== null && hasState(value)) commits.noteKey(key)
    },
  })
  fleet.start('candles')
  fleet.start('trades-ingestor')
  await commits.reach(4)
  await sleep(SETTLE_MS)
  note('calm, longest time between commits', await commits.during(() => {}, SETTLE_MS))
  for (let i = 0; i < repeats; i++) {
    note('join', await commits.during(() => ready(fleet.start('candles')), SETTLE_MS))
    if (i % 2) {
      note('clean leave', await commits.during(() => leave(fleet), SETTLE_MS))
      note('clean leave', await commits.during(() => leave(fleet), SETTLE_MS))
    }
  }
  await ready(fleet.start('candles'))
  await sleep(SETTLE_MS)
  for (const count of GROWTH) {
    const growing = commits.during(() => log.topics.grow(`${prefix}trades`, count), SETTLE_MS)
    note('add-partitions: until the new one commits', await commits.reach(count))
    note('add-partitions', await growing)
  }
  for (let i = 0; i < repeats; i++) {
    const [victim] = fleet.of('candles')
    note('kill -9', await commits.during(() => victim!.kill(), KILL_MS))
    await ready(fleet.start('candles'))
    await sleep(SETTLE_MS)
  }
  await Promise.all(fleet.of('trades-ingestor').map(i => i.stop()))
  await sleep(2000)
  const idle = fleet.of('candles')
  const before = idle.map(cpuMs)
  await sleep(IDLE_MS)
  for (const [i, instance] of idle.entries())
    note('idle instance with 4 partitions, % of a core', ((cpuMs(instance) - before[i]!) * 100) / IDLE_MS)
  await fleet.stop()
  await observer.stop()
}

async function measureRestore(log: Log): Promise<void> {
  const prefix = 'restore-'
  const file = join(folder, 'many.csv')
  writeRecording(file, { pairs: 1000, tradesPerSecond: 1, seconds: 20 })
  const restores: number[] = []
  const env = { REPLAY_FILE: file, PARTITIONS: '1', CANDLE_INTERVALS: '1m,5m,15m,1h,4h' }
  const fleet = fleetOf(prefix, env, ms => restores.push(ms))
  const positions: number[] = []
  const observer = new Observer(log, {
    [`${prefix}candles-changelog`]: ({ key, value }) => {
      if (key === POSITION_KEY) positions.push(JSON.parse(String(value)).input)
    },
  })
  fleet.start('candles')
  fleet.start('trades-ingestor')
  while ((positions.at(-1) ?? 0) < 20_000) await sleep(100)
  for (let i = 0; i < repeats; i++) {
    await sleep(1000)
    const known = restores.length
    for (const instance of fleet.of('candles')) await instance.stop()
    fleet.start('candles')
    while (restores.length === known) await sleep(50)
    note('restore of 1,000 pairs × 5 intervals', restores.at(-1)!)
  }
  await fleet.stop()
  await observer.stop()
}

/** @returns whether the entry belongs to a key whose state is in this partition and goes on there. */
function hasState(value: Buffer | string | null): boolean {
  const { tenures = [] }: Partial<Entry> = JSON.parse(String(value))
  const newest = tenures.at(-1)
  return newest !== undefined && newest.held !== null && newest.end === null
}

/** Resolves when the instance owns its partitions and processes them. */
async function ready(instance: Instance): Promise<void> {
  const isReady = async () => instance.url && (await fetch(`${instance.url}/readyz`)).ok
  while (!(await isReady().catch(() => false))) await sleep(50)
}

async function leave(fleet: Fleet): Promise<void> {
  await fleet.of('candles').at(-1)!.stop()
}

/** The process's CPU time so far, user and system. */
function cpuMs({ pid }: Instance): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS
}

function table(): string {
  const made = new Table({
    head: ['', 'times', 'p50', 'max'],
    colAligns: ['left', 'right', 'right', 'right'],
    style: { head: [], border: [] },
  })
  for (const [what, list] of figures) {
    const sorted = [...list].sort((a, b) => a - b)
    const shown = [sorted[(sorted.length - 1) >> 1]!, sorted.at(-1)!].map(v => (v < 10 ? v.toFixed(1) : Math.round(v)))
    made.push([what, sorted.length, ...shown])
  }
  return made.toString()
}
