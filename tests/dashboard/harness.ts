import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { topicTable } from '@candlewick/market-data'
import { type CommonConfig, type Env, readConfig } from '@candlewick/service'
import { MemoryCluster, memoryLog } from '@candlewick/streams'
import { startAudit } from '../../tools/demo/audit/audit.ts'
import { takeInHand } from '../../tools/demo/exchange-controls.ts'
import { startInProcess } from '../../tools/demo/in-process.ts'
import { startPage } from '../../tools/demo/page.ts'
import { serviceEnvironment } from '../../tools/demo/services.ts'
import { Warnings } from '../../tools/demo/warnings.ts'

const topicsOf = ({ TOPIC_PREFIX, TRADES_TOPIC, CANDLES_TOPIC, TECHNICAL_INDICATORS_TOPIC }: CommonConfig) =>
  topicTable({
    prefix: TOPIC_PREFIX,
    trades: TRADES_TOPIC,
    candles: CANDLES_TOPIC,
    technicalIndicators: TECHNICAL_INDICATORS_TOPIC,
  })

/** Starts the demo on the in-memory log: exchange, pipeline, auditor and a page that can be closed and opened again. */
export async function startDemoInMemory(env: Env) {
  // A folder of its own: the store refuses that of another run, whose topics had the same names.
  const store = mkdtempSync(join(tmpdir(), 'candlewick-store-'))
  const given = { DASHBOARD_PORT: '0', STORE_PARQUET: store, ...env }
  const serviceEnv = serviceEnvironment(given, 'simulated', 'memory:1')
  const cluster = new MemoryCluster()
  const warnings = new Warnings()
  const inHand = await takeInHand(serviceEnv)
  const config = readConfig({}, serviceEnv)
  const topics = topicsOf(config)
  const audit = startAudit(memoryLog(cluster), topics, config.CANDLE_INTERVALS, inHand.simulated)
  const pipeline = await startInProcess(cluster, { ...serviceEnv, ...inHand.env }, warnings)
  const log = memoryLog(cluster)
  const exchange = { ...inHand, name: 'simulated' }
  const controlled = { pipeline, audit, exchange, topics: log.topics, trades: topics.trades.name }
  const open = (port: string) => startPage({ ...serviceEnv, DASHBOARD_PORT: port }, log, controlled, warnings)
  let page = await open('0')
  const { url } = page
  return {
    url,
    audit,
    closePage: () => page.stop(),
    openPage: async () => {
      page = await open(new URL(url).port)
    },
    stop: async () => {
      await page.stop()
      await pipeline.stop()
      await inHand.close()
      await audit.stop()
      rmSync(store, { recursive: true, force: true })
    },
  }
}
