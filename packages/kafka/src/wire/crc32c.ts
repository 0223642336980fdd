/** The reflected Castagnoli polynomial. */
const POLYNOMIAL = 0x82f63b78
const SLICES = 8
/** Tables of 256 entries: table s is for a byte that is followed by s more bytes of its step ("slicing-by-8", Intel, 2006). */
const TABLE = new Int32Array(256 * SLICES)

for (let byte = 0; byte < 256; byte++) {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1
  TABLE[byte] = crc
}
for (let i = 256; i < TABLE.length; i++) TABLE[i] = TABLE[TABLE[i - 256]! & 0xff]! ^ (TABLE[i - 256]! >>> 8)

/**
 * CRC-32C (Castagnoli, RFC 3720) of the bytes, eight of them at a time, which is nearly twice as fast as one.
 * @returns a signed int32: V8 would deoptimise this function at the first unsigned result above 2^31
 */
export function crc32c(bytes: Uint8Array): number {
  const table = TABLE
  const { length } = bytes
  let crc = -1
  let i = 0
  for (; i + SLICES <= length; i += SLICES)
    crc =
      table[1792 + ((crc ^ bytes[i]!) & 0xff)]! ^
      table[1536 + (((crc >>> 8) ^ bytes[i + 1]!) & 0xff)]! ^
      table[1280 + (((crc >>> 16) ^ bytes[i + 2]!) & 0xff)]! ^
      table[1024 + ((crc >>> 24) ^ bytes[i + 3]!)]! ^
      table[768 + bytes[i + 4]!]! ^
      table[512 + bytes[i + 5]!]! ^
      table[256 + bytes[i + 6]!]! ^
      table[bytes[i + 7]!]!
  for (; i < length; i++) crc = table[(crc ^ bytes[i]!) & 0xff]! ^ (crc >>> 8)
  return ~crc
}
