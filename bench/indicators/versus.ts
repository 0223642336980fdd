import type { Contestant } from './contestant.ts'
import { candlewick } from './contestants/candlewick.ts'
import { rates, warmUp } from './rate.ts'

/**
 * Ours beside another library's, if one is named, indicator by indicator in one process, as in a service that has
 * several: node versus.ts [LIBRARY] prints candles a CPU-second of each, ours first, as JSON.
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
// New ones: what a library keeps of all candles would have the garbage collector take its time from ours.
const measured = names.map(name => [name, rates(contestants.map(contestant => contestant[name]!()))])
console.log(JSON.stringify(Object.fromEntries(measured)))
