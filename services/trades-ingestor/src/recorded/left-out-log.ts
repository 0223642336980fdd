import type { LeftOut } from '@candlewick/exchanges'

/** Lines logged for each file and reason. */
const NAMED_MAX = 20
/** Not logged, because files with several pairs or captures have many of them; the summary counts them. */
const EXPECTED: readonly string[] = ['other_pair', 'other_message']

/** @returns a function that logs rows that are left out. It stops at a bound and logs that it does; the summary counts all rows. */
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
