import Table from 'cli-table3'
import type { Outcome } from './soak.ts'

/** @returns the figures of a soak and its problems as text */
export function report({ problems, judge, tally, minutes }: Outcome): string {
  const { trades, candles, rows, bars, barRows, delays } = judge
  const of = (kind: string) => problems.count(kind)
  const windows = (what: string, { checked }: { checked: number }) =>
    `${what}s: ${checked} windows checked, ${of(`${what}s wrong`)} wrong, ${of(`${what}s doubled`)} doubled, ${of(`${what}s missing`)} missing`
  return [
    `${minutes.toFixed(1)} minutes`,
    `trades: ${trades.checked} checked, ${of('trades lost')} lost, ${of('trades doubled')} doubled, ${of('trades wrong')} wrong, ${of('trades out of order')} out of order`,
    windows('candle', candles),
    windows('row', rows),
    windows('bar', bars),
    windows('bar row', barRows),
    `dead letters: ${of('dead letters')}; gaps: ${of('gaps')}`,
    `longest time without output: ${(delays.silence_ms_max / 1000).toFixed(1)} s`,
    `partitions assigned: ${tally.assignments} times, moves: ${trades.moves} of trades and ${judge.candleMoves} of candles, handovers: ${judge.handovers}`,
    `fenced: ${tally.fenced}, tasks failed and restored: ${tally.failed}, restores: ${restores(tally.restores_ms)}`,
    'How late the latest 1s candle of a liquid pair was, by what went wrong meanwhile:',
    delayTable(delays.summary()),
    ...problems.lines(),
  ].join('\n')
}

function restores(ms: readonly number[]): string {
  const sorted = [...ms].sort((a, b) => a - b)
  return `${sorted.length} (p50 ${sorted[sorted.length >> 1]} ms, max ${sorted.at(-1)} ms)`
}

function delayTable(kinds: ReturnType<Outcome['judge']['delays']['summary']>): string {
  const table = new Table({
    head: ['fault', 'times', 'p50 ms', 'max ms', 'then well in: p50 ms', 'max ms'],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  })
  const shown = (ms: number) => (Number.isNaN(ms) ? '' : ms)
  for (const { kind, pauses, recoveries } of kinds)
    table.push([kind, pauses.count, pauses.p50, pauses.max, shown(recoveries.p50), shown(recoveries.max)])
  return table.toString()
}
