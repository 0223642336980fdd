import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/**
 * A file that appears under its name only when it is complete. It is written under a hidden name in the same folder, which
 * no reader's glob matches, fsynced, and renamed. A crash leaves only the hidden file, which the next run replaces.
 */
export class WholeFile {
  readonly path: string
  readonly #temporary: string
  #fd: number | undefined

  constructor(path: string) {
    this.path = path
    this.#temporary = temporaryPath(path)
    mkdirSync(dirname(path), { recursive: true })
    this.#fd = openSync(this.#temporary, 'w')
  }

  /** @throws Error of the file system, e.g. ENOSPC */
  append(bytes: Uint8Array): void {
    if (this.#fd === undefined) throw new Error(`${this.path} is sealed`)
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#fd, bytes, at)
  }

  /** Ends the file. When this returns, its bytes are on the disk. */
  seal(): void {
    if (this.#fd === undefined) return
    fsyncSync(this.#fd)
    closeSync(this.#fd)
    this.#fd = undefined
  }

  discard(): void {
    if (this.#fd !== undefined) closeSync(this.#fd)
    this.#fd = undefined
    rmSync(this.#temporary, { force: true })
  }
}

/** Name under which the bytes of a {@link WholeFile} are stored until it is published. */
export const temporaryPath = (path: string): string => join(dirname(path), `.${basename(path)}.tmp`)

/** Gives sealed files their names, replacing older files, and makes the renames durable. */
export function publish(paths: readonly string[]): void {
  for (const path of paths) renameSync(temporaryPath(path), path)
  for (const folder of new Set(paths.map(dirname))) syncFolder(folder)
}

/** Writes a file that appears, or replaces an older one, only when it is complete. */
export function writeWhole(path: string, text: string): void {
  const file = new WholeFile(path)
  try {
    file.append(Buffer.from(text))
    file.seal()
  } catch (error) {
    file.discard()
    throw error
  }
  publish([path])
}

/** A rename is on the disk once its folder is synced. */
function syncFolder(folder: string): void {
  const fd = openSync(folder, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
