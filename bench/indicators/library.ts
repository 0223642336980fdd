import type { Contestant } from './contestant.ts'
import { rate } from './rate.ts'

/**
 * All indicators of a library, one after the other in one process, as in a service that has several:
 * node library.ts LIBRARY NAME… prints candles a CPU-second of each, as JSON.
 */
const LIBRARIES: Readonly<Record<string, () => Promise<Contestant>>> = {
  candlewick: async () => (await import('./contestants/candlewick.ts')).candlewick,
  'trading-signals': async () => (await import('./contestants/trading-signals.ts')).tradingSignals,
  technicalindicators: async () => (await import('./contestants/technicalindicators.ts')).technicalindicators,
}

const [library = '', ...names] = process.argv.slice(2)
const contestant = await LIBRARIES[library]!()
const rates = names.map(name => [name, rate(`${library}'s ${name}`, contestant[name]!())])
console.log(JSON.stringify(Object.fromEntries(rates)))
