import type { LeftOut } from '@candlewick/exchanges'

/** Lines that are named, of each file and reason. */
const NAMED_MAX = 20
/** Expected where a file has several pairs, or messages of all kinds: the summary counts them. */
const EXPECTED: readonly string[] = ['other_pair', 'other_message']

/** @returns what names rows that are left out, up to a bound that it names too; the summary has them all. */
export function leftOutLog(write: (row: LeftOut, text: string) => void): (row: LeftOut) => void {
  const counts = new Map<string, number>()
  return row => {
    const { file, line, reason, problem } = row
    if (EXPECTED.includes(reason)) return
    const count = (counts.get(file + reason) ?? 0) + 1
    counts.set(file + reason, count)
    if (count <= NAMED_MAX) write(row, `${file}, line ${line} is left out: ${problem}`)
    else if (count === NAMED_MAX + 1)
      write(
        row,
        `${file}: more lines are left out as ${reason}, from line ${line} on; the summary at the end counts them`,
      )
  }
}
