import { createReadStream } from 'node:fs'
import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { type Entry, openPromise } from 'yauzl'
import { Malformed } from '../trade.ts'

/** @returns the name of what is in the file, packed or not: Binance's public archives hold a CSV file each. */
export const unpackedName = (file: string): string => file.replace(/\.gz$/, '').replace(/\.zip$/, '.csv')

/**
 * A file's bytes, unpacked.
 * @param onBytes is told how many bytes of the file were read
 * @throws Malformed for an archive that holds anything but one CSV file
 */
export async function openBytes(file: string, onBytes: (count: number) => void): Promise<Readable> {
  if (file.endsWith('.zip')) return openZip(file, onBytes)
  const bytes = createReadStream(file)
  bytes.on('data', chunk => onBytes(chunk.length))
  if (!file.endsWith('.gz')) return bytes
  const text = bytes.pipe(createGunzip())
  bytes.on('error', error => text.destroy(error))
  return text
}

async function openZip(file: string, onBytes: (count: number) => void): Promise<Readable> {
  const zip = await openPromise(file, { lazyEntries: true, autoClose: false })
  const entries: Entry[] = []
  for await (const entry of zip.eachEntry()) entries.push(entry)
  const [entry, ...others] = entries
  if (!entry || others.length > 0 || !entry.fileName.endsWith('.csv')) {
    zip.close()
    throw new Malformed(`${file} holds ${entries.length} files instead of one CSV file`)
  }
  const text = await zip.openReadStreamPromise(entry)
  text.on('data', chunk => onBytes((chunk.length * entry.compressedSize) / Math.max(1, entry.uncompressedSize)))
  text.on('close', () => zip.close())
  return text
}
