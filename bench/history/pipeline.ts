import type { ChildProcess } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePorts } from '../../tools/broker/answers.ts'
import { ownedProcess } from '../../tools/broker/index.ts'
import { sample } from '../sample.ts'
import type { Measured } from './measured.ts'

/** Unit of the times in /proc/PID/stat on Linux. */
const TICKS_PER_SECOND = 100
/** Longest time in which no further row may come before the measurement fails. */
const SILENCE_MS = 120_000

export interface PipelineOptions {
  /** The checkout whose services are measured. */
  readonly root: string
  readonly brokers: string
  readonly file: string
  readonly trades: number
  /** Variables of the environment beside those of the measurement. */
  readonly env: Readonly<Record<string, string>>
}

interface Cost {
  readonly cpuSeconds: number
  readonly peakMegabytes: number
}

/** A program of a checkout that reports its cost when it ends. */
class Program {
  readonly cost: Promise<Cost>
  readonly #child: ChildProcess

  constructor(root: string, args: readonly string[], env: Readonly<Record<string, string>>) {
    const child = ownedProcess(process.execPath, [join(root, 'bench/history/process.ts'), ...args], {
      cwd: root,
      env: { ...process.env, LOG_LEVEL: 'warn', ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    this.#child = child
    let output = ''
    child.stdout!.on('data', chunk => (output += chunk))
    this.cost = new Promise((resolve, reject) =>
      child.once('close', code => {
        if (code === 0) resolve(JSON.parse(output.trim().split('\n').at(-1)!))
        else reject(new Error(`${args[0]} ended with code ${code}: ${output.slice(-500)}`))
      }),
    )
    // A failure is thrown where the cost is awaited.
    this.cost.catch(() => {})
  }

  stop(): Promise<Cost> {
    this.#child.kill('SIGTERM')
    return this.cost
  }
}

/** Replays the file through Kafka, candles and indicators. @param rows how many feature rows there will be */
export async function replay(options: PipelineOptions, rows: number): Promise<Measured> {
  const { root, file, trades } = options
  const env = { ...environment(options), EXCHANGE: 'replay', REPLAY_FILE: file }
  const [port, ...others] = (await freePorts(3)).map(String) as [string, string, string]
  const startedAt = performance.now()
  const broker = brokerCpuSeconds()
  const start = (service: string, httpPort: string) =>
    new Program(root, [`services/${service}/src/main.ts`], { ...env, HTTP_PORT: httpPort })
  const indicators = start('technical-indicators', port)
  const candles = start('candles', others[0]!)
  const ingestor = start('trades-ingestor', others[1]!)
  try {
    const ingested = await ingestor.cost
    await published(Number(port), rows)
    const wallSeconds = (performance.now() - startedAt) / 1000
    const inBroker = brokerCpuSeconds() - broker
    const followers = await Promise.all([candles.stop(), indicators.stop()])
    const costs = [ingested, ...followers]
    const [ingestorCpu, candlesCpu, indicatorsCpu] = costs.map(({ cpuSeconds }) => cpuSeconds)
    return {
      trades,
      rows,
      cpuSeconds: costs.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
      wallSeconds,
      peakMegabytes: Math.max(...costs.map(({ peakMegabytes }) => peakMegabytes)),
      parts: {
        'trades-ingestor': ingestorCpu!,
        candles: candlesCpu!,
        'technical-indicators': indicatorsCpu!,
        broker: inBroker,
      },
    }
  } finally {
    await Promise.allSettled([ingestor, candles, indicators].map(program => program.stop()))
  }
}

/** Writes the file's trades to a topic that no service reads. */
export async function backfill(options: PipelineOptions, pairs: number): Promise<Measured> {
  const { root, file, trades } = options
  const startedAt = performance.now()
  const broker = brokerCpuSeconds()
  const names = Array.from({ length: pairs }, (_, i) => `P${i}/USD`).join(',')
  const args = ['tools/backfill/main.ts', '--pair', names, '--file', file]
  const program = new Program(root, args, environment(options))
  const cost = await program.cost
  const wallSeconds = (performance.now() - startedAt) / 1000
  return { trades, rows: 0, ...cost, wallSeconds, parts: { broker: brokerCpuSeconds() - broker } }
}

const environment = ({ brokers, env }: PipelineOptions) => ({
  ...env,
  KAFKA_BROKERS: brokers,
  TOPIC_PREFIX: `bench-history-${process.pid}-${Date.now()}-`,
  PARTITIONS: '4',
})

async function published(port: number, rows: number): Promise<void> {
  let [before, changedAt] = [-1, performance.now()]
  for (;;) {
    const count = (await sample(port))('candlewick_outputs_total')
    if (count >= rows) return
    if (count !== before) [before, changedAt] = [count, performance.now()]
    if (performance.now() - changedAt > SILENCE_MS)
      throw new Error(`technical-indicators published ${count} of ${rows} rows, and then none for ${SILENCE_MS} ms`)
    await sleep(250)
  }
}

/** @returns the CPU time of the broker that this process has started; 0 where the broker is in Docker or elsewhere. */
function brokerCpuSeconds(): number {
  const ticks = readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(statOf)
    .filter(stat => stat?.name === 'java' && stat.parent === process.pid)
  return ticks.reduce((sum, stat) => sum + stat!.ticks, 0) / TICKS_PER_SECOND
}

function statOf(pid: string) {
  try {
    const [, name, rest] = /^\d+ \((.*)\) (.*)$/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8').trim())!
    const fields = rest!.split(' ')
    return { name, parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) }
  } catch {
    // The process has ended.
    return undefined
  }
}
