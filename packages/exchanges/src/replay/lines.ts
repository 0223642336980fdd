import { Malformed } from '../trade.ts'

const [NEWLINE, RETURN] = [0x0a, 0x0d]
const MARK_BYTES = 3
const LINE_BYTES_MAX = 16 << 20
const NOTHING = Buffer.alloc(0)

/**
 * Cuts a stream of bytes at line ends, so that each block holds whole lines, the last one with its end. A byte order mark
 * is dropped; a file whose lines end with carriage returns alone gets newlines. A block is valid until the next one is
 * requested: only the line that two pieces share is copied.
 * @throws Malformed for UTF-16, and for a line of more than 16 MiB
 */
export async function* wholeLines(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer = NOTHING
  let isFirst = true
  let hasReturnsOnly: boolean | undefined
  for await (const piece of bytes) {
    let block = piece
    if (hasReturnsOnly === undefined) {
      block = joined(rest, piece)
      rest = NOTHING
      if (isFirst && block.length >= MARK_BYTES) {
        isFirst = false
        block = withoutMark(block)
      }
      hasReturnsOnly = isFirst ? undefined : endsWithReturns(block)
    }
    if (hasReturnsOnly) replaceReturns(block)
    const first = rest.length > 0 ? block.indexOf(NEWLINE) + 1 : 0
    if (first > 0) {
      yield Buffer.concat([rest, block.subarray(0, first)])
      rest = NOTHING
    }
    const end = block.lastIndexOf(NEWLINE) + 1
    if (end > first && !isFirst) yield block.subarray(first, end)
    rest = joined(rest, block.subarray(isFirst ? 0 : end))
    if (rest.length > LINE_BYTES_MAX) throw new Malformed('a line is longer than 16 MiB')
  }
  if (rest.length === 0) return
  if (isFirst) rest = withoutMark(rest)
  yield Buffer.concat([rest, Buffer.of(NEWLINE)])
}

/** @returns a new buffer with the bytes of both. */
const joined = (rest: Buffer, piece: Buffer): Buffer => Buffer.concat([rest, piece])

function withoutMark(block: Buffer): Buffer {
  const [a, b, c] = block
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff))
    throw new Malformed('the text is UTF-16: convert it to UTF-8, e.g. with iconv -f UTF-16 -t UTF-8')
  return a === 0xef && b === 0xbb && c === 0xbf ? block.subarray(MARK_BYTES) : block
}

/** @returns undefined while the block has no line end, or does not show which kind of line end it is. */
function endsWithReturns(block: Buffer): boolean | undefined {
  const newline = block.indexOf(NEWLINE)
  const carriageReturn = block.indexOf(RETURN)
  if (newline >= 0) return carriageReturn >= 0 && carriageReturn < newline - 1
  return carriageReturn >= 0 && carriageReturn < block.length - 1 ? true : undefined
}

function replaceReturns(block: Buffer): void {
  for (let at = block.indexOf(RETURN); at >= 0; at = block.indexOf(RETURN, at + 1)) block[at] = NEWLINE
}
