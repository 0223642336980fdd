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
const pairs = Object.keys(other ?? candlewick).map(name => ({
  name,
  updates: [candlewick[name]!(), ...(other ? [other[name]!()] : [])],
}))
for (const { name, updates } of pairs) for (const update of updates) warmUp(name, update)
console.log(JSON.stringify(Object.fromEntries(pairs.map(({ name, updates }) => [name, rates(updates)]))))
