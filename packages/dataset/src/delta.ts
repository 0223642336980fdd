import type { ByteWriter } from 'hyparquet-writer'
import { deltaBinaryPack } from 'hyparquet-writer/src/delta.js'

const [BLOCK, MINIBLOCKS, MINIBLOCK] = [128, 4, 32]
/** Twice the difference of two smaller integers is exact as a double. */
const EXACT_BELOW = 2 ** 51
/** So many bits of a value, behind seven others, fit into a small integer of V8's. */
const CHUNK_BITS = 24
const CHUNK = 2 ** CHUNK_BITS

/**
 * Parquet's DELTA_BINARY_PACKED for integers that are doubles, with the same bytes as the library's: the library's own takes
 * five times as long for times and ids, because it calculates with bigints.
 */
export function writeDeltas(bytes: ByteWriter, numbers: Float64Array, min: number, max: number): void {
  if (numbers.length === 0 || Math.max(-min, max) >= EXACT_BELOW) {
    deltaBinaryPack(bytes, Array.from(numbers, BigInt), 'INT64')
    return
  }
  bytes.appendVarInt(BLOCK)
  bytes.appendVarInt(MINIBLOCKS)
  bytes.appendVarInt(numbers.length)
  appendZigZag(bytes, numbers[0]!)
  const deltas = new Float64Array(BLOCK)
  const widths = new Uint8Array(MINIBLOCKS)
  for (let first = 1; first < numbers.length; first += BLOCK) {
    const count = Math.min(BLOCK, numbers.length - first)
    let least = numbers[first]! - numbers[first - 1]!
    for (let i = 0; i < count; i++) {
      const delta = numbers[first + i]! - numbers[first + i - 1]!
      deltas[i] = delta
      if (delta < least) least = delta
    }
    appendZigZag(bytes, least)
    // Places behind the last number count as the least delta, which takes no bits.
    for (let i = 0; i < BLOCK; i++) deltas[i] = i < count ? deltas[i]! - least : 0
    for (let i = 0; i < MINIBLOCKS; i++) widths[i] = widthOf(deltas, i * MINIBLOCK)
    bytes.appendBytes(widths)
    for (let i = 0; i < MINIBLOCKS; i++) if (widths[i]! > 0) pack(bytes, deltas, i * MINIBLOCK, widths[i]!)
  }
}

/** @returns how many bits the largest number of a miniblock takes */
function widthOf(deltas: Float64Array, first: number): number {
  let largest = 0
  for (let i = first; i < first + MINIBLOCK; i++) if (deltas[i]! > largest) largest = deltas[i]!
  const high = Math.floor(largest / 2 ** 32)
  return high > 0 ? 64 - Math.clz32(high) : 32 - Math.clz32(largest)
}

/** Writes a miniblock's numbers one after the other, the lowest bits first. */
function pack(bytes: ByteWriter, deltas: Float64Array, first: number, width: number): void {
  let [pending, bits] = [0, 0]
  for (let i = first; i < first + MINIBLOCK; i++) {
    let rest = deltas[i]!
    for (let left = width; left > 0; left -= CHUNK_BITS) {
      pending |= (rest & (CHUNK - 1)) << bits
      bits += Math.min(left, CHUNK_BITS)
      for (; bits >= 8; bits -= 8) {
        bytes.appendUint8(pending & 0xff)
        pending >>>= 8
      }
      if (left > CHUNK_BITS) rest = Math.floor(rest / CHUNK)
    }
  }
}

/** A whole number as a varint whose lowest bit is the sign. */
function appendZigZag(bytes: ByteWriter, value: number): void {
  let rest = value < 0 ? -value * 2 - 1 : value * 2
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.appendUint8((rest % 0x80) + 0x80)
  bytes.appendUint8(rest)
}
