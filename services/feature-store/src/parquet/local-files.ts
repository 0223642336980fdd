import { randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Files } from './files.ts'

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
    // The name is hidden, so that no reader's glob finds it. Two instances may write a file at the same time. Each needs a name
    // of its own, and in containers their process ids are equal.
    const temporary = join(folder, `.${basename(target)}.${randomUUID()}.tmp`)
    await mkdir(folder, { recursive: true })
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
    try {
      return await readFile(join(this.location, path))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
  }

  close(): void {}
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
