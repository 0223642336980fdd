import { execFile } from 'node:child_process'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Disk, NotPossible } from './broker.ts'

const run = promisify(execFile)
const CHUNK = Buffer.alloc(1 << 20)

/** Mounts a file system in memory of the given size. @throws NotPossible without the right to mount (root) */
export async function mountDisk(folder: string, megabytes: number): Promise<Disk & { unmount(): Promise<void> }> {
  await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'candlewick', folder]).catch(error => {
    throw new NotPossible(`a small disk can be mounted (${error.message.trim()})`)
  })
  const filler = join(folder, 'filler')
  return {
    async fill() {
      const file = await open(filler, 'a')
      try {
        for (;;) await file.write(CHUNK)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
      } finally {
        await file.close()
      }
    },
    free: () => rm(filler, { force: true }),
    async unmount() {
      await run('umount', ['-l', folder])
    },
  }
}
