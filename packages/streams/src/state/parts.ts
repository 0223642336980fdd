/** Half of a broker's default limit for a record (`max.message.bytes`, 1 MB). */
export const RECORD_BYTES_MAX = 512 << 10
/** Maximum number of UTF-8 bytes for a UTF-16 code unit. */
const BYTES_OF_CHARACTER_MAX = 3

/** @returns the text's bytes in pieces that each fit into a record; null if the whole text fits into one */
export function partsOf(text: string, bytesMax: number): readonly Buffer[] | null {
  if (text.length * BYTES_OF_CHARACTER_MAX <= bytesMax) return null
  const bytes = Buffer.from(text)
  if (bytes.length <= bytesMax) return null
  const count = Math.ceil(bytes.length / bytesMax)
  return Array.from({ length: count }, (_, i) => bytes.subarray(i * bytesMax, (i + 1) * bytesMax))
}
