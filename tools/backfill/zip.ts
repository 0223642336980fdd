import { crc32, deflateRawSync } from 'node:zlib'

/** For tests: a ZIP archive of one file, as Binance publishes them, written by hand. */
export function zip(name: string, content: string): Buffer {
  const packed = deflateRawSync(content)
  const sizes = Buffer.alloc(12)
  sizes.writeUInt32LE(crc32(content), 0)
  sizes.writeUInt32LE(packed.length, 4)
  sizes.writeUInt32LE(Buffer.byteLength(content), 8)
  const u16 = (...numbers: number[]) => Buffer.from(new Uint16Array(numbers).buffer)
  const u32 = (...numbers: number[]) => Buffer.from(new Uint32Array(numbers).buffer)
  const head = [u16(20, 0, 8, 0, 0), sizes, u16(name.length, 0)]
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), ...head, Buffer.from(name), packed])
  const tail = [u16(0, 0, 0), u32(0, 0), Buffer.from(name)]
  const central = Buffer.concat([Buffer.from('PK\x01\x02'), u16(20), ...head, ...tail])
  const end = Buffer.concat([Buffer.from('PK\x05\x06'), u16(0, 0, 1, 1), u32(central.length, local.length), u16(0)])
  return Buffer.concat([local, central, end])
}
