import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { ownedProcess, startBroker } from '../../tools/broker/index.ts'

/**
 * One ingestor and many pairs at a steady rate: the simulated exchange (Kraken's protocol, a socket a hundred pairs) in
 * a process of its own, the real service, a real broker. Says what came through, how far behind it is, CPU and memory.
 */
const OPTIONS = {
  pairs: { type: 'string', default: '500' },
  rate: { type: 'string', default: '20000' },
  seconds: { type: 'string', default: '60' },
} as const
const { values } = parseArgs({ options: OPTIONS })
const [count, rate, seconds] = [values.pairs, values.rate, values.seconds].map(Number) as [number, number, number]
const pairs = Array.from({ length: count }, (_, i) => `P${i}/USD`).join(',')
const MEGABYTE = 2 ** 20
const READY_MS_MAX = 180_000
const startedAt = performance.now()

interface Sample {
  readonly offered: number
  readonly written: number
  readonly cpuSeconds: number
  readonly megabytes: number
  readonly atMs: number
}

const broker = await startBroker({ report: sentence => console.error(sentence) })
const exchange = ownedProcess(
  process.execPath,
  [join(import.meta.dirname, 'exchange.ts'), pairs, String(rate / count)],
  { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
)
const [urls] = (await once(exchange, 'message')) as [{ wsUrl: string; restUrl: string }]
const ingestor = startIngestor(urls)
try {
  const url = await urlOf(ingestor)
  for (let reason = await notReady(url); reason !== undefined; reason = await notReady(url)) {
    if (performance.now() - startedAt > READY_MS_MAX) throw new Error(`Not ready within three minutes: ${reason}`)
    await sleep(500)
  }
  await sleep(5000)
  const samples: Sample[] = []
  for (let second = 0; second <= seconds; second++) {
    samples.push(await sample(url))
    await sleep(1000)
  }
  show(samples)
} finally {
  ingestor.kill('SIGTERM')
  await once(ingestor, 'exit')
  exchange.kill()
  await broker.stop()
}

function startIngestor({ wsUrl, restUrl }: typeof urls): ChildProcess {
  const env = {
    KAFKA_BROKERS: broker.brokers,
    TOPIC_PREFIX: `bench-ingest-${process.pid}-`,
    EXCHANGE: 'simulated',
    EXCHANGE_WS_URL: wsUrl,
    EXCHANGE_REST_URL: restUrl,
    PAIRS: pairs,
    PARTITIONS: '4',
  }
  const main = join(import.meta.dirname, '../../services/trades-ingestor/src/main.ts')
  // Not the workspace's folder: a developer's .env there is none of a bench's business.
  const child = ownedProcess(process.execPath, [main], {
    cwd: import.meta.dirname,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  child.once('exit', code => code && console.error(`The ingestor ended with ${code}`))
  return child
}

async function urlOf({ stdout }: ChildProcess): Promise<string> {
  for await (const line of createInterface(stdout!)) {
    const { url, msg, level } = JSON.parse(line) as Record<string, string>
    if (level !== 'info') console.error(line)
    if (url && msg === 'Started') {
      stdout?.resume()
      return url
    }
  }
  throw new Error('The ingestor did not start')
}

async function notReady(url: string): Promise<string | undefined> {
  const response = await fetch(`${url}/readyz`)
  return response.ok ? undefined : (await response.text()).slice(0, 300)
}

async function sample(url: string): Promise<Sample> {
  exchange.send('how many')
  const [offered] = (await once(exchange, 'message')) as [number]
  const text = await (await fetch(`${url}/metrics`)).text()
  const value = (name: string) =>
    [...text.matchAll(new RegExp(`^${name}(?:{.*})? (\\S+)`, 'gm'))].reduce((sum, [, n]) => sum + Number(n), 0)
  return {
    offered,
    written: value('candlewick_trades_total'),
    cpuSeconds: value('process_cpu_seconds_total'),
    megabytes: value('process_resident_memory_bytes') / MEGABYTE,
    atMs: performance.now(),
  }
}

function show(samples: readonly Sample[]): void {
  const [first, last] = [samples[0]!, samples.at(-1)!]
  const elapsed = (last.atMs - first.atMs) / 1000
  const lacking = samples.map(({ offered, written }) => offered - written)
  const behind = lacking.map(trades => trades - Math.min(...lacking))
  const perSecond = (name: 'offered' | 'written' | 'cpuSeconds') => (last[name] - first[name]) / elapsed
  const memory = samples.map(({ megabytes }) => megabytes)
  console.log(`${count} pairs for ${Math.round(elapsed)} s`)
  console.log(
    `offered ${Math.round(perSecond('offered'))}, written ${Math.round(perSecond('written'))} trades a second`,
  )
  console.log(`behind by ${behind[0]} trades at first, ${Math.max(...behind)} at most, ${behind.at(-1)} at last`)
  console.log(`the ingestor's CPU ${(perSecond('cpuSeconds') * 100).toFixed(0)}% of a core`)
  console.log(
    `its memory ${memory[0]?.toFixed(0)} MB at first, ${Math.max(...memory).toFixed(0)} MB at most, ${last.megabytes.toFixed(0)} MB at last`,
  )
  console.log(`Load of the machine: ${loadavg().map(l => l.toFixed(1))}`)
}
