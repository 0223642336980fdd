import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { ownedProcess, startBroker } from '../../tools/broker/index.ts'
import type { Order } from './exchange.ts'
import { judge } from './judge.ts'
import { behind, progressLine, summary } from './report.ts'
import { type Sample, takeSample } from './sample.ts'

/**
 * Measures one ingestor with many pairs at a steady rate: the simulated exchange (Kraken's protocol, one socket per hundred
 * pairs) in a process of its own, the real service, a real broker. Prints throughput, backlog, CPU and memory; then stops
 * the exchange and compares the topic with the exchange's list of trades.
 */
const OPTIONS = {
  pairs: { type: 'string', default: '500' },
  rate: { type: 'string', default: '20000' },
  seconds: { type: 'string', default: '60' },
  /** Injected halfway: `cut` closes all connections, a fault of the simulated exchange affects one of them. */
  fault: { type: 'string' },
  /** A folder for the ingestor's CPU profile. */
  profile: { type: 'string' },
} as const
const { values } = parseArgs({ options: OPTIONS })
const [count, rate, seconds] = [values.pairs, values.rate, values.seconds].map(Number) as [number, number, number]
const pairs = Array.from({ length: count }, (_, i) => `P${i}/USD`).join(',')
const prefix = `bench-ingest-${process.pid}-`
const READY_MS_MAX = 180_000
const LINE_EVERY_S = 10
const SETTLE_MS_MAX = 300_000

const broker = await startBroker({ running: process.env.KAFKA_BROKERS, report: sentence => console.error(sentence) })
const exchange = ownedProcess(
  process.execPath,
  [join(import.meta.dirname, 'exchange.ts'), pairs, String(rate / count)],
  { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
)
const [urls] = (await once(exchange, 'message')) as [{ wsUrl: string; restUrl: string }]
const ingestor = startIngestor(urls)
const order = (what: Order) => exchange.send(what)
try {
  const url = await urlOf(ingestor)
  await untilReady(url, READY_MS_MAX)
  await sleep(5000)
  console.log(summary(count, await measure(url)))
  order('stop')
  await untilReady(url, SETTLE_MS_MAX)
  const last = await settled(url)
  ingestor.kill('SIGTERM')
  await once(ingestor, 'exit')
  const { lastIds = {} } = last.exchange
  const { trades, wrong } = await judge({
    brokers: broker.brokers,
    topic: `${prefix}trades`,
    tradesPerSecond: rate / count,
    lastIds,
  })
  console.log(`${trades} trades in the topic, ${wrong.length} of them wrong, missing, twice or out of order`)
  for (const sentence of wrong.slice(0, 10)) console.log(`  ${sentence}`)
  if (wrong.length > 10) console.log(`  and ${wrong.length - 10} more`)
  process.exitCode = wrong.length > 0 ? 1 : 0
} finally {
  if (ingestor.exitCode === null && ingestor.kill('SIGTERM')) await once(ingestor, 'exit')
  exchange.kill()
  await broker.stop()
}

function startIngestor({ wsUrl, restUrl }: typeof urls): ChildProcess {
  const env = {
    KAFKA_BROKERS: broker.brokers,
    TOPIC_PREFIX: prefix,
    EXCHANGE: 'simulated',
    HISTORY_HOURS: '0',
    EXCHANGE_WS_URL: wsUrl,
    EXCHANGE_REST_URL: restUrl,
    PAIRS: pairs,
    PARTITIONS: '4',
  }
  const main = join(import.meta.dirname, '../../services/trades-ingestor/src/main.ts')
  const profile = values.profile ? ['--cpu-prof', `--cpu-prof-dir=${values.profile}`] : []
  // The process does not run in the workspace's folder, where a developer's .env would change the settings.
  const child = ownedProcess(process.execPath, [...profile, main], {
    cwd: import.meta.dirname,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  child.once('exit', code => code && console.error(`The ingestor ended with ${code}`))
  return child
}

/** Prints the ingestor's warnings. @returns the URL of its metrics */
async function urlOf({ stdout }: ChildProcess): Promise<string> {
  const started = Promise.withResolvers<string>()
  const lines = createInterface(stdout!)
  lines.on('line', line => {
    const { url, msg, level, pair } = JSON.parse(line) as Record<string, string>
    // All pairs log the same message, so one of them is enough.
    if (level !== 'info' && (pair ?? 'P0/USD') === 'P0/USD') console.error(`${level}: ${msg}`)
    if (url && msg === 'Started') started.resolve(url)
  })
  lines.on('close', () => started.reject(new Error('The ingestor did not start')))
  return started.promise
}

async function untilReady(url: string, msMax: number): Promise<void> {
  for (const startedAt = performance.now(); ; await sleep(500)) {
    const response = await fetch(`${url}/readyz`)
    if (response.ok) return
    const reason = (await response.text()).slice(0, 300)
    if (performance.now() - startedAt > msMax) throw new Error(`Not ready after ${msMax / 1000} s: ${reason}`)
  }
}

async function measure(url: string): Promise<Sample[]> {
  const samples = [await takeSample(exchange, url)]
  for (let second = 1; second <= seconds; second++) {
    await sleep(1000)
    samples.push(await takeSample(exchange, url))
    if (values.fault && second === Math.floor(seconds / 2)) order(values.fault as Order)
    if (second % LINE_EVERY_S === 0)
      console.error(
        `${second} s: ${progressLine(samples.at(-1 - LINE_EVERY_S)!, samples.at(-1)!, behind(samples).at(-1)!)}`,
      )
  }
  return samples
}

/** Waits until the ingestor writes nothing more after the exchange has stopped. */
async function settled(url: string): Promise<Sample> {
  for (let before = await takeSample(exchange, url); ; ) {
    await sleep(3000)
    const now = await takeSample(exchange, url)
    if (now.written === before.written) return now
    before = now
  }
}
