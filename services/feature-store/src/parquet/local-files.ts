import { randomUUID } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Files } from './files.ts'

/** Files that are being written are here, so that no reader's glob finds them and those of a killed process are found again. */
const WRITING = '_writing'
const TEMPORARY = /^(.+)\.[0-9a-f-]{36}\.tmp$/

/** A dataset in a local folder, which is created if it is missing. */
export class LocalFiles implements Files {
  readonly location: string

  constructor(folder: string) {
    this.location = folder
  }

  /** Resolves when the bytes and then the name are on the disk. @throws Error of the file system, e.g. ENOSPC */
  async put(path: string, bytes: Buffer): Promise<void> {
    const target = join(this.location, path)
    const folder = dirname(target)
    // Two instances may write a file at the same time. Each needs a name of its own, and in containers their process ids are equal.
    const temporary = join(this.location, WRITING, `${basename(target)}.${randomUUID()}.tmp`)
    for (const needed of [folder, dirname(temporary)]) await mkdir(needed, { recursive: true })
    try {
      await synced(temporary, 'w', handle => handle.writeFile(bytes))
      await rename(temporary, target)
    } catch (error) {
      await rm(temporary, { force: true })
      throw error
    }
    await synced(folder, 'r', async () => {})
  }

  async get(path: string): Promise<Buffer | undefined> {
    return await orMissing(readFile(join(this.location, path)))
  }

  /** If another instance is still writing such a file, its call fails, and it writes the file again. */
  async removeUnfinished(isOwn: (name: string) => boolean): Promise<void> {
    const folder = join(this.location, WRITING)
    for (const name of (await orMissing(readdir(folder))) ?? []) {
      const [, final] = TEMPORARY.exec(name) ?? []
      if (final !== undefined && isOwn(final)) await rm(join(folder, name), { force: true })
    }
  }

  close(): void {}
}

/** @returns undefined where there is no such file or folder */
async function orMissing<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

type Handle = Awaited<ReturnType<typeof open>>

async function synced(path: string, flags: string, work: (handle: Handle) => Promise<void>): Promise<void> {
  const handle = await open(path, flags)
  try {
    await work(handle)
    await handle.sync()
  } finally {
    await handle.close()
  }
}
