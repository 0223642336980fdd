import type { Contestant } from './contestant.ts'
import { candlewick } from './contestants/candlewick.ts'
import { rates, warmUp } from './rate.ts'

/**
 * Compares our indicators with those of another library, if one is named, in one process, as a service computes several
 * indicators. `node versus.ts [LIBRARY]` prints the candles per CPU-second of each as JSON, ours first.
 */
const LIBRARIES: Readonly<Record<string, () => Promise<Contestant>>> = {
  'trading-signals': async () => (await import('./contestants/trading-signals.ts')).tradingSignals,
  technicalindicators: async () => (await import('./contestants/technicalindicators.ts')).technicalindicators,
}

const [library] = process.argv.slice(2)
const other = library === undefined ? undefined : await LIBRARIES[library]!()
const contestants: readonly Contestant[] = other ? [candlewick, other] : [candlewick]
const names = Object.keys(contestants.at(-1)!)
for (const name of names) for (const contestant of contestants) warmUp(name, contestant[name]!())
// New indicators for each round: the memory of a library that keeps all candles would otherwise cost our rounds garbage
// collection.
const measured = names.map(name => [name, rates(contestants.map(contestant => contestant[name]!()))])
console.log(JSON.stringify(Object.fromEntries(measured)))
