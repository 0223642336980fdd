import type { SimulatedExchange } from '@candlewick/exchanges'
import type { TopicAdmin } from '@candlewick/streams'
import type { Audit } from '../audit/audit.ts'
import type { ExchangeControls } from '../exchange-controls.ts'
import type { Pipeline } from '../services.ts'

const INSTANCES_MAX = 8
const PARTITIONS_MAX = 16
const FAST = 100

export interface Controlled {
  readonly pipeline: Pipeline
  readonly exchange: ExchangeControls & { readonly name: string }
  readonly audit: Audit
  readonly topics: TopicAdmin
  readonly trades: string
}

/** The action is not possible now; the message says why. */
export class NotNow extends Error {
  override name = 'NotNow'
}

/** The actions of the page's buttons by their path; `name` is the name of an instance. */
export const ACTIONS: Readonly<Record<string, (of: Controlled, name: string) => Promise<void> | void>> = {
  add: ({ pipeline }) => {
    if (pipeline.instances().length >= INSTANCES_MAX) throw new NotNow(`There are already ${INSTANCES_MAX} instances`)
    return pipeline.add()
  },
  stop: ({ pipeline }, name) => {
    if (candlesOf(pipeline).length < 2) throw new NotNow('This is the last instance of candles')
    return pipeline.remove(name)
  },
  kill: ({ pipeline }, name) => pipeline.kill(name),
  partition: async ({ topics, trades }) => {
    const count = (await topics.partitions([trades])).get(trades) ?? 0
    if (count >= PARTITIONS_MAX) throw new NotNow(`${trades} already has ${count} partitions`)
    await topics.grow(trades, count + 1)
  },
  cut: ({ exchange }) => {
    if (!exchange.cut) throw new NotNow(`The connection to ${exchange.name} does not pass through the demo`)
    exchange.cut()
  },
  pace: ({ exchange }) => {
    if (!exchange.simulated)
      throw new NotNow('Only the simulated exchange can be sped up: EXCHANGE=simulated npm start')
    exchange.simulated.pace = isFast(exchange.simulated) ? 1 : FAST
  },
}

const isFast = ({ pace }: SimulatedExchange): boolean => pace === FAST

const candlesOf = (pipeline: Pipeline) => pipeline.instances().filter(({ name }) => name.startsWith('candles-'))

/** @returns the data for the page's panel */
export function controlState({ pipeline, exchange, audit }: Controlled) {
  const instances = candlesOf(pipeline).map(({ name, pid, url, ended }) => ({
    name,
    pid: pid ?? null,
    url: url ?? null,
    state: ended?.how ?? (url ? 'running' : 'starting'),
  }))
  return {
    exchange: exchange.name,
    can_cut: exchange.cut !== undefined,
    pace: exchange.simulated ? exchange.simulated.pace : null,
    instances,
    against: audit.against,
    audit: audit.findings(),
  }
}
