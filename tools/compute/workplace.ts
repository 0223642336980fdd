import { existsSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { publish, writeWhole } from '@candlewick/dataset'
import { FolderLock, Locked } from './folder-lock.ts'

/** Names that begin with a dot or an underscore, which readers of a dataset skip. */
const [HIDDEN, RECORD, COMMAND] = ['.compute', '_compute.json', 'command.json']

/** The folder of a dataset while it is computed: it records the process, the command and the unfinished work. */
export class Workplace {
  readonly out: string
  /** Folder for staged rows and an exchange's fetched trades. */
  readonly folder: string
  readonly #command: string
  readonly #lock: FolderLock

  /**
   * @param command the command whose result is computed; a folder holds the result of one command
   * @throws Error for a folder in which another process computes, or that contains something else
   */
  constructor(out: string, command: string) {
    this.out = out
    this.folder = join(out, HIDDEN)
    this.#command = command
    this.#refuseOthers()
    this.#lock = this.#locked()
    try {
      // Again, because another process may have computed here since the first look, and may have ended.
      this.#refuseOthers()
      writeWhole(this.path(COMMAND), command)
    } catch (error) {
      this.#remove()
      throw error
    }
  }

  path(name: string): string {
    return join(this.folder, name)
  }

  /**
   * Removes the record of an older run, renames the new files, deletes other files of the older run, and writes the record of this run
   * last, so that a folder with a record has all files of one run and no others.
   */
  publish(paths: readonly string[], summary: object): void {
    rmSync(join(this.out, RECORD), { force: true })
    publish(paths)
    const published = new Set(paths)
    for (const path of this.#ownFiles()) if (!published.has(path)) rmSync(path)
    const record = { command: JSON.parse(this.#command), ...summary }
    writeWhole(join(this.out, RECORD), `${JSON.stringify(record, null, 2)}\n`)
    for (const name of readdirSync(this.folder))
      if (!FolderLock.isOwn(name)) rmSync(this.path(name), { recursive: true, force: true })
    this.#remove()
  }

  /** Keeps the files from which a repeated command can continue. */
  leave(): void {
    for (const name of readdirSync(this.folder)) if (name.startsWith('stage-')) rmSync(this.path(name))
    this.#lock.release()
  }

  /** Releases the lock, and removes the folder unless something else is in it. */
  #remove(): void {
    this.#lock.release(true)
    try {
      rmdirSync(this.folder)
    } catch (error) {
      // A process that waited for nothing but the lock may have it now.
      if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
    }
  }

  #ownFiles(): string[] {
    const files = ['candles', 'features'].flatMap(kind => {
      const folder = join(this.out, kind)
      return existsSync(folder) ? readdirSync(folder, { recursive: true }).map(name => join(folder, String(name))) : []
    })
    return files.filter(file => /[/\\]\.?compute\.(parquet|ndjson|csv)(\.tmp)?$/.test(file))
  }

  #refuseOthers(): void {
    const before = this.#commandBefore()
    if (before === undefined) {
      const others = existsSync(this.out) ? readdirSync(this.out).filter(name => name !== HIDDEN) : []
      if (others.length === 0) return
      throw new Error(
        `${this.out} holds ${others.slice(0, 3).join(', ')}: name a folder that is new or empty with --out`,
      )
    }
    if (before === this.#command) return
    throw new Error(
      `${this.out} holds the result of another command, ${before}: name another folder with --out, or remove that one`,
    )
  }

  /** @returns the command of the unfinished or the finished run; undefined for a folder without one */
  #commandBefore(): string | undefined {
    const unfinished = textOf(this.path(COMMAND))
    if (unfinished !== undefined) return JSON.stringify(JSON.parse(unfinished))
    const finished = textOf(join(this.out, RECORD))
    return finished === undefined ? undefined : JSON.stringify(JSON.parse(finished).command)
  }

  #locked(): FolderLock {
    try {
      return new FolderLock(this.folder)
    } catch (error) {
      if (!(error instanceof Locked)) throw error
      throw new Error(`${this.out} is being computed by ${error.message}: wait for it, or end it`, { cause: error })
    }
  }
}

/** @returns undefined if there is no such file */
function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return undefined
  }
}
