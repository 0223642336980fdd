import { execFile } from 'node:child_process'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const HERE = join(import.meta.dirname, '..')

/** Another commit's services, ready to be measured by this commit's contestants. */
export interface Checkout {
  readonly root: string
  remove(): Promise<void>
}

/** Checks a commit out beside this one and installs it. @throws Error that names an unknown reference */
export async function checkOut(ref: string): Promise<Checkout> {
  const root = await mkdtemp(join(tmpdir(), 'candlewick-bench-'))
  const remove = async () => {
    await run('git', ['worktree', 'remove', '--force', root], { cwd: HERE }).catch(() => {})
    await rm(root, { recursive: true, force: true })
  }
  try {
    await run('git', ['worktree', 'add', '--force', '--detach', root, ref], { cwd: HERE })
    await rm(join(root, 'bench'), { recursive: true, force: true })
    await cp(join(HERE, 'bench'), join(root, 'bench'), { recursive: true })
    await run(process.execPath, ['tools/run.mjs', 'node', '-v'], { cwd: root })
    return { root, remove }
  } catch (error) {
    await remove()
    throw error
  }
}
