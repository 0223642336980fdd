import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { startApacheKafka } from '../../tools/broker/apache-kafka.ts'
import { startBroker } from '../../tools/broker/index.ts'
import { startRedpanda } from '../../tools/broker/redpanda.ts'
import { FaultyProxy } from './proxy.ts'
import { report } from './report.ts'
import { soak } from './soak.ts'

/** Enough for the slowest machines; alone on two cores the test takes little more than a minute. */
const TIMEOUT_MS = 600_000

it(
  'publishes every window once and right, through one of each fault',
  async () => {
    const seed = Math.floor(Math.random() * 1e9)
    const proxy = await FaultyProxy.listen()
    onTestFinished(() => proxy.close())
    const broker = await startBroker({ running: process.env.KAFKA_BROKERS, proxy: proxy.port }, [
      startApacheKafka,
      startRedpanda,
    ])
    onTestFinished(() => broker.stop())
    if (broker.behindProxy) proxy.leadTo(broker.behindProxy)
    const folder = join(import.meta.dirname, '../../node_modules/.cache/candlewick/soak/test')
    const story: string[] = []
    const tell = (sentence: string) => story.push(sentence)
    const outcome = await soak({ seed, broker, proxy: broker.behindProxy ? proxy : undefined, folder, tell })
    console.log(`Seed ${seed}: ${story.join('; ')}\n${report(outcome)}`)
    expect(outcome.problems.lines(), `npm run soak -- --seed ${seed}`).toEqual([])
    expect(outcome.judge.rows.checked).toBeGreaterThan(100)
    expect(outcome.judge.barRows.checked).toBeGreaterThan(20)
    if (broker.kind !== 'external') expect(outcome.judge.handovers).toBeGreaterThan(0)
  },
  TIMEOUT_MS,
)
