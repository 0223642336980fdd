import { statSync } from 'node:fs'
import { Malformed } from '../trade.ts'

/** @returns text that changes when a regular file is written to; undefined for a pipe, which has no such sign. */
function versionOf(file: string): string | undefined {
  const stats = statSync(file, { bigint: true })
  return stats.isFile() ? `${stats.ino} ${stats.size} ${stats.mtimeNs}` : undefined
}

/**
 * Remembers files as they are now. A file that grows while it is read has a last line that is cut off, and rows that no
 * inspection has seen.
 * @returns a function that throws Malformed if a file has been written to since then. It checks all files, or only the given ones
 */
export function unchanged(files: readonly string[]): (only?: readonly string[]) => void {
  const versions = new Map(files.map(file => [file, versionOf(file)]))
  return (only = files) => {
    for (const file of only)
      if (versionOf(file) !== versions.get(file))
        throw new Malformed(`${file} was written to while it was read: wait until it is complete, or read a copy of it`)
  }
}
