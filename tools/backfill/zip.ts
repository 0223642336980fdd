import { crc32, deflateRawSync } from 'node:zlib'

const u16 = (...numbers: number[]) => Buffer.from(new Uint16Array(numbers).buffer)
const u32 = (...numbers: number[]) => Buffer.from(new Uint32Array(numbers).buffer)

/** Makes a ZIP archive of one file, as Binance publishes it, for tests; further files can be added. */
export function zip(name: string, content: string, others: Readonly<Record<string, string>> = {}): Buffer {
  const locals: Buffer[] = []
  const centrals: Buffer[] = []
  let offset = 0
  for (const [entry, text] of Object.entries({ ...others, [name]: content })) {
    const packed = deflateRawSync(text)
    const sizes = u32(crc32(text), packed.length, Buffer.byteLength(text))
    const head = [u16(20, 0, 8, 0, 0), sizes, u16(entry.length, 0)]
    locals.push(Buffer.concat([Buffer.from('PK\x03\x04'), ...head, Buffer.from(entry), packed]))
    const tail = [u16(0, 0, 0), u32(0, offset), Buffer.from(entry)]
    centrals.push(Buffer.concat([Buffer.from('PK\x01\x02'), u16(20), ...head, ...tail]))
    offset += locals.at(-1)!.length
  }
  const central = Buffer.concat(centrals)
  const counts = u16(0, 0, centrals.length, centrals.length)
  const end = Buffer.concat([Buffer.from('PK\x05\x06'), counts, u32(central.length, offset), u16(0)])
  return Buffer.concat([...locals, central, end])
}
