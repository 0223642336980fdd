import { SimulatedExchange } from '@candlewick/exchanges'
import { kafkaLog } from '@candlewick/kafka'
import { tradeText } from '../../services/trades-ingestor/src/records.ts'

export interface Verdict {
  readonly trades: number
  /** A sentence for each trade that differs from the exchange's next one, and for each pair that ends early. */
  readonly wrong: readonly string[]
}

interface Options {
  readonly brokers: string
  readonly topic: string
  readonly tradesPerSecond: number
  /** The exchange's newest trades. */
  readonly lastIds: Readonly<Record<string, number>>
}

/** Reads the whole topic. From a pair's first trade on it must equal the exchange's list: each trade once, in order, byte for byte. */
export async function judge({ brokers, topic, tradesPerSecond, lastIds }: Options): Promise<Verdict> {
  const log = kafkaLog({ brokers: brokers.split(','), clientId: 'bench-ingest' })
  // The simulated trades depend only on pair and id, so a second instance generates the same trades.
  const exchange = new SimulatedExchange({ tradesPerSecond })
  const next = new Map<string, number>()
  const wrong: string[] = []
  let trades = 0
  const count = (await log.topics.partitions([topic])).get(topic) ?? 0
  for (let partition = 0; partition < count; partition++) {
    const { start, end } = await log.offsets(topic, partition)
    for await (const records of log.read(topic, partition, start, end))
      for (const { key, value, headers } of records) {
        const pair = key ?? ''
        if (headers?.control === undefined) trades++
        if (String(headers?.control) === 'gap') wrong.push(`${pair}: a gap: ${headers?.content}`)
        if (headers?.control !== undefined) continue
        const text = String(value)
        const id = next.get(pair) ?? (JSON.parse(text) as { trade_id: number }).trade_id
        const [expected] = exchange.trades(pair, id, id)
        if (!expected || text !== tradeText(expected)) wrong.push(`${pair}: ${text} instead of trade ${id}`)
        next.set(pair, id + 1)
      }
  }
  for (const [pair, lastId] of Object.entries(lastIds)) {
    const last = (next.get(pair) ?? 0) - 1
    if (last !== lastId) wrong.push(`${pair}: ends with ${last} instead of ${lastId}`)
  }
  await log.close()
  return { trades, wrong }
}
