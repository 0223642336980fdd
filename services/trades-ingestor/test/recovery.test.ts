import { expect, it } from 'vitest'
import { Recovery } from '../src/recovery.ts'

const SECOND_MS = 1000
const PAIRS = ['BTC/USD', 'ETH/USD']

/** @returns the seconds at which a recovery reports, asked once a second, and what it reports */
function reports(seconds: number, lackingAt: (second: number) => readonly string[]) {
  const recovery = new Recovery()
  const found: [number, string][] = []
  for (let second = 0; second <= seconds; second++) {
    const report = recovery.look(second * SECOND_MS, lackingAt(second), 0, [])
    if (report) found.push([second, report.type === 'recovering' ? `${report.lacking} lack` : 'recovered'])
  }
  return found
}

it('reports every five seconds while the pairs recover, and the end', () => {
  const found = reports(16, second => (second < 8 ? PAIRS : second < 15 ? PAIRS.slice(1) : []))
  expect(found).toEqual([
    [5, '2 lack'],
    [10, '1 lack'],
    [15, 'recovered'],
  ])
})

it('reports once a minute while the exchange stays away and nothing changes', () => {
  expect(reports(130, () => PAIRS).map(([second]) => second)).toEqual([5, 65, 125])
})
