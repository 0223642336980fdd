import { zstdDecompressSync } from 'node:zlib'
import { parquetReadObjects } from 'hyparquet'

/** A row that was read from a file: times as Unix ms, ids as numbers. */
export type ReadRow = Record<string, unknown>

const plain = (value: unknown): unknown =>
  value instanceof Date ? value.getTime() : typeof value === 'bigint' ? Number(value) : value

/** @returns the rows of a Parquet file. @throws Error for a file that is not whole */
export async function readParquet(bytes: Buffer): Promise<ReadRow[]> {
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer
  const compressors = { ZSTD: (input: Uint8Array) => zstdDecompressSync(input) }
  const rows = await parquetReadObjects({ file, compressors })
  return rows.map(row => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(value)])))
}

/**
 * @returns the rows that a reader with a plain glob finds: every row of every file that is not hidden, with the interval
 *   from its folder.
 */
export async function readDataset(files: Iterable<readonly [path: string, bytes: Buffer]>): Promise<ReadRow[]> {
  const rows: ReadRow[] = []
  for (const [path, bytes] of files) {
    const [, interval] = /^features\/interval=([^/]+)\/date=[^/]+\/[^._][^/]*\.parquet$/.exec(path) ?? []
    if (interval !== undefined) for (const row of await readParquet(bytes)) rows.push({ ...row, interval })
  }
  return rows
}
