/**
 * Numbers rows that were sorted by time. A number is left out, which is a gap, where a row that could not be read stood between two rows
 * that are neighbours otherwise. In files that are not simply reversed, the two may be far apart: then there is a gap before each row
 * from the one to the other.
 * @param lines numbers that the rows of one pair had through all files, rows that are left out included, in the order of time
 * @param isKnown whether a number is that of a trade with an impossible value, which is not missing
 */
export function numbersOf(lines: readonly number[], isKnown: (number: number) => boolean): number[] {
  const changes = new Int32Array(lines.length + 1)
  const order = Uint32Array.from(lines, (_, i) => i).sort((a, b) => lines[a]! - lines[b]!)
  for (let i = 1; i < order.length; i++) {
    const [a, b] = [order[i - 1]!, order[i]!]
    let number = lines[a]! + 1
    while (number < lines[b]! && isKnown(number)) number++
    if (number >= lines[b]!) continue
    changes[Math.min(a, b) + 1]!++
    changes[Math.max(a, b) + 1]!--
  }
  let [number, gaps] = [0, 0]
  return lines.map((_, i) => {
    gaps += changes[i]!
    number += gaps > 0 ? 2 : 1
    return number
  })
}
