import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { kafkaLog } from '@candlewick/kafka'
import Table from 'cli-table3'
import { startBroker } from '../tools/broker/index.ts'
import type { Measured } from './measure.ts'
import { median } from './table.ts'
import { writeTopic } from './trades.ts'

/** `npm run bench:scaling`: measures 1, 2 and 4 instances of `candles` of one group that read a topic from its beginning. */
const { values: args } = parseArgs({
  options: {
    trades: { type: 'string', default: '2000000' },
    partitions: { type: 'string', default: '8' },
    repeats: { type: 'string', default: '3' },
    instances: { type: 'string', default: '1,2,4' },
  },
})
const count = Number(args.trades)
const CONTESTANT = join(import.meta.dirname, 'contestants/candles-member.ts')

interface Outcome {
  readonly cpuSeconds: number
  readonly wallSeconds: number
}

/** A member's report: how many records it has committed, and in the last report their cost. */
export type Told = { readonly records: number } | { readonly measured: Measured }

async function run(brokers: string, topic: string, records: number, instances: number): Promise<Outcome> {
  const id = `bench-scaling-${instances}-${Date.now()}`
  const startedAt = performance.now()
  const members = Array.from({ length: instances }, () => fork(CONTESTANT, [brokers, topic, id]))
  try {
    await allCommitted(members, records)
    const wallSeconds = (performance.now() - startedAt) / 1000
    const measured = await Promise.all(members.map(cost))
    return { cpuSeconds: measured.reduce((sum, m) => sum + m.cpuSeconds, 0), wallSeconds }
  } finally {
    for (const member of members) member.kill('SIGKILL')
  }
}

function allCommitted(members: readonly ChildProcess[], count: number): Promise<void> {
  const records = new Map<ChildProcess, number>()
  return new Promise((resolve, reject) => {
    for (const member of members) {
      member.on('exit', code => reject(new Error(`An instance ended with code ${code}`)))
      member.on('message', (told: Told) => {
        if ('records' in told) records.set(member, told.records)
        if ([...records.values()].reduce((sum, n) => sum + n, 0) >= count) resolve()
      })
    }
  })
}

async function cost(member: ChildProcess): Promise<Measured> {
  member.send('report')
  for (;;) {
    const [told] = (await once(member, 'message')) as [Told]
    if ('measured' in told) return told.measured
  }
}

const broker = await startBroker({ running: process.env.KAFKA_BROKERS, report: sentence => console.error(sentence) })
const log = kafkaLog({ brokers: broker.brokers.split(','), clientId: 'bench' })
try {
  const topic = `bench-trades-${Date.now()}`
  console.error(`Loads ${count} trades, 40 pairs, ${args.partitions} partitions, 2 hours …`)
  const records = await writeTopic(log, topic, Number(args.partitions), { count, pairs: 40, hours: 2 })
  const sizes = args.instances.split(',').map(Number)
  const outcomes = new Map(sizes.map(size => [size, [] as Outcome[]]))
  for (let i = 0; i < Number(args.repeats); i++)
    for (const size of sizes) {
      const outcome = await run(broker.brokers, topic, records, size)
      outcomes.get(size)!.push(outcome)
      console.error(`${size} instances: ${outcome.cpuSeconds.toFixed(2)} CPU-s, ${outcome.wallSeconds.toFixed(1)} s`)
    }
  const table = new Table({
    head: ['instances', 'CPU-s per million trades', 'trades per CPU-s', 'trades per s'],
    colAligns: ['right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  })
  for (const [size, runs] of outcomes) {
    const cpu = median(runs.map(r => r.cpuSeconds))
    const rate = (seconds: number) => Math.round(count / seconds).toLocaleString('en')
    const wall = median(runs.map(r => r.wallSeconds))
    table.push([size, ((cpu * 1e6) / count).toFixed(2), rate(cpu), rate(wall)])
  }
  console.log(table.toString())
} finally {
  await log.close()
  await broker.stop()
}
