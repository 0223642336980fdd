import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { freePorts } from '../tools/broker/answers.ts'
import { ownedProcess, startBroker } from '../tools/broker/index.ts'
import { Processes } from './processes.ts'
import { sample } from './sample.ts'
import { surroundings } from './surroundings.ts'

/**
 * `npm run bench:live`: runs the whole pipeline at a live rate, with one instance of each service and the exchange in a
 * process of its own, and measures the CPU time and memory of each service. `npm run plan` uses the results that `--save`
 * writes.
 */
const { values: args } = parseArgs({
  options: {
    /** Loads as PAIRS:TRADES-PER-SECOND, which run one after the other. */
    loads: { type: 'string', default: '50:1000,500:1000,500:5000' },
    seconds: { type: 'string', default: '60' },
    /** Time before the measurement, in which everything starts and is compiled. */
    warmup: { type: 'string', default: '20' },
    partitions: { type: 'string', default: '3' },
    save: { type: 'string' },
  },
})
const SERVICES = ['trades-ingestor', 'candles', 'technical-indicators'] as const
const CPU = 'process_cpu_seconds_total'
const MEMORY = 'process_resident_memory_bytes'
const DONE = { 'trades-ingestor': 'trades', candles: 'records', 'technical-indicators': 'records' } as const

const broker = await startBroker({ running: process.env.KAFKA_BROKERS, report: sentence => console.error(sentence) })
const around = surroundings(broker.kind)

async function measure(count: number, rate: number) {
  const pairs = Array.from({ length: count }, (_, i) => `P${i}/USD`).join(',')
  const file = join(import.meta.dirname, 'ingest/exchange.ts')
  const exchange = ownedProcess(process.execPath, [file, pairs, String(rate / count)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const [{ wsUrl, restUrl }] = (await once(exchange, 'message')) as [{ wsUrl: string; restUrl: string }]
  const processes = new Processes({
    KAFKA_BROKERS: broker.brokers,
    TOPIC_PREFIX: `bench-live-${Date.now()}-`,
    PARTITIONS: args.partitions,
    EXCHANGE: 'simulated',
    HISTORY_HOURS: '0',
    EXCHANGE_WS_URL: wsUrl,
    EXCHANGE_REST_URL: restUrl,
    PAIRS: pairs,
  })
  try {
    const ports = await freePorts(SERVICES.length)
    for (const [i, service] of SERVICES.entries()) processes.start(service, { HTTP_PORT: String(ports[i]) })
    await sleep(Number(args.warmup) * 1000)
    const before = await Promise.all(ports.map(sample))
    await sleep(Number(args.seconds) * 1000)
    const after = await Promise.all(ports.map(sample))
    return SERVICES.map((service, i) => {
      const perSecond = (name: string) =>
        ((after[i]!(name) - before[i]!(name)) * 1000) / (after[i]!('at') - before[i]!('at'))
      return {
        service,
        pairs: count,
        trades_per_second: rate,
        records_per_second: Math.round(perSecond(`candlewick_${DONE[service]}_total`)),
        cpu_cores: Number(perSecond(CPU).toFixed(4)),
        megabytes: Math.round(after[i]!(MEMORY) / 2 ** 20),
      }
    })
  } finally {
    await processes.stop()
    exchange.kill()
  }
}

try {
  const rows = []
  for (const load of args.loads.split(',')) {
    const [pairs = 0, rate = 0] = load.split(':').map(Number)
    const measured = await measure(pairs, rate)
    console.table(measured)
    rows.push(...measured)
  }
  if (args.save) {
    const folder = join(import.meta.dirname, 'results')
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, `${args.save}.json`), `${JSON.stringify({ ...around, rows }, null, 2)}\n`)
  }
} finally {
  await broker.stop()
}
