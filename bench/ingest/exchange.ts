import { monitorEventLoopDelay } from 'node:perf_hooks'
import { type Fault, SimulatedExchange, serve } from '@candlewick/exchanges'

/** A command from the bench to this process. */
export type Order = 'status' | 'stop' | 'cut' | Fault

/** The state of the exchange; `existing` counts its trades so far. */
export interface ExchangeStatus {
  readonly existing: number
  readonly cpuSeconds: number
  readonly megabytes: number
  /** Longest delay of its event loop since the last status, ms. */
  readonly loopDelayMs: number
  /** Newest trade id of each pair; only after it has been stopped. */
  readonly lastIds?: Readonly<Record<string, number>>
}

/** Runs the simulated exchange in a process of its own, controlled by IPC. */
const [names = '', tradesPerSecond = ''] = process.argv.slice(2)
const pairs = names.split(',')
const exchange = new SimulatedExchange({ tradesPerSecond: Number(tradesPerSecond) })
const served = await serve(exchange)
const delay = monitorEventLoopDelay({ resolution: 10 })
delay.enable()

function status(): ExchangeStatus {
  const { user, system } = process.cpuUsage()
  const lastIds = exchange.time.speed === 0 && Object.fromEntries(pairs.map(pair => [pair, exchange.lastId(pair)]))
  const loopDelayMs = delay.max / 1e6
  delay.reset()
  return {
    existing: pairs.reduce((sum, pair) => sum + exchange.lastId(pair), 0),
    cpuSeconds: (user + system) / 1e6,
    megabytes: process.memoryUsage.rss() / 2 ** 20,
    loopDelayMs,
    ...(lastIds && { lastIds }),
  }
}

process.on('message', (order: Order) => {
  if (order === 'status') process.send?.(status())
  else if (order === 'stop') exchange.time.speed = 0
  else if (order === 'cut') exchange.cut()
  else exchange.fault(order)
})
process.send?.({ wsUrl: served.wsUrl('kraken'), restUrl: served.restUrl })
