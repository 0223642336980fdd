import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { decompressFrameSync } from 'lz4-napi'
import { uncompressSync } from 'snappy'

/** Decompressors by the codec in a record batch's attributes (bits 0 to 2). Other producers compress: `rpk topic produce` uses snappy. */
const DECOMPRESS: Record<number, (data: Buffer) => Buffer> = {
  1: gunzipSync,
  2: uncompressSnappy,
  3: decompressFrameSync,
  4: zstdDecompressSync,
}

/** @throws Error that names an unknown codec */
export function decompress(codec: number, data: Buffer): Buffer {
  const with_ = DECOMPRESS[codec]
  if (!with_) throw new Error(`Unknown compression codec ${codec} in a record batch`)
  return with_(data)
}

const XERIAL = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00])
const XERIAL_HEADER_BYTES = 16

/** Java clients write snappy as blocks behind a header of the xerial library; other clients write one raw block. */
function uncompressSnappy(data: Buffer): Buffer {
  if (!data.subarray(0, XERIAL.length).equals(XERIAL)) return uncompressSync(data) as Buffer
  const blocks: Buffer[] = []
  for (let at = XERIAL_HEADER_BYTES; at + 4 <= data.length; ) {
    const length = data.readInt32BE(at)
    blocks.push(uncompressSync(data.subarray(at + 4, at + 4 + length)) as Buffer)
    at += 4 + length
  }
  return Buffer.concat(blocks)
}
