import { SimulatedExchange, serve } from '../../packages/exchanges/src/index.ts'

/** The simulated exchange as a server of its own, so that it can be stopped and paused like a real one. */
const PORT = 9000
const { close, wsUrl } = await serve(new SimulatedExchange(), PORT, '0.0.0.0')
console.log(`The simulated exchange is served at ${wsUrl('kraken')}`)
for (const signal of ['SIGTERM', 'SIGINT'])
  process.once(signal, () => {
    void close().then(() => process.exit(0))
  })
