import { SimulatedExchange, serve } from '@candlewick/exchanges'

/** The simulated exchange in a process of its own; asked by IPC, it tells how many trades there have been. */
const [pairs = '', tradesPerSecond = ''] = process.argv.slice(2)
const exchange = new SimulatedExchange({ tradesPerSecond: Number(tradesPerSecond) })
const served = await serve(exchange)
process.on('message', () => {
  process.send?.(pairs.split(',').reduce((sum, pair) => sum + exchange.lastId(pair), 0))
})
process.send?.({ wsUrl: served.wsUrl('kraken'), restUrl: served.restUrl })
