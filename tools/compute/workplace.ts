import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { publish, WholeFile } from '@candlewick/dataset'

/** Names that begin with a dot or an underscore, which readers of a dataset skip. */
const [HIDDEN, RECORD] = ['.compute', '_compute.json']

/** The folder of a dataset while it is computed: it records the process, the command and the unfinished work. */
export class Workplace {
  readonly out: string
  /** Folder for staged rows and an exchange's fetched trades. */
  readonly folder: string
  readonly #command: string

  /**
   * @param command the command whose result is computed; a folder holds the result of one command
   * @throws Error for a folder in which another process computes, or that contains something else
   */
  constructor(out: string, command: string) {
    this.out = out
    this.folder = join(out, HIDDEN)
    this.#command = command
    this.#refuseOthers()
    mkdirSync(this.folder, { recursive: true })
    this.#lock()
    writeFileSync(join(this.folder, 'command.json'), command)
  }

  path(name: string): string {
    return join(this.folder, name)
  }

  /**
   * Renames the new files, deletes other files of an older run, and writes the record of the run last, so that a folder with
   * that record is complete.
   */
  publish(paths: readonly string[], summary: object): void {
    publish(paths)
    const published = new Set(paths)
    for (const path of this.#ownFiles()) if (!published.has(path)) rmSync(path)
    const record = new WholeFile(join(this.out, RECORD))
    record.append(Buffer.from(`${JSON.stringify({ command: JSON.parse(this.#command), ...summary }, null, 2)}\n`))
    record.seal()
    publish([record.path])
    rmSync(this.folder, { recursive: true })
  }

  /** Keeps the files from which a repeated command can continue. */
  leave(): void {
    rmSync(this.path('lock'), { force: true })
    for (const name of readdirSync(this.folder)) if (name.startsWith('stage-')) rmSync(this.path(name))
  }

  #ownFiles(): string[] {
    const files = ['candles', 'features'].flatMap(kind => {
      const folder = join(this.out, kind)
      return existsSync(folder) ? readdirSync(folder, { recursive: true }).map(name => join(folder, String(name))) : []
    })
    return files.filter(file => /[/\\]\.?compute\.(parquet|ndjson|csv)(\.tmp)?$/.test(file))
  }

  #refuseOthers(): void {
    const known = [join(this.folder, 'command.json'), join(this.out, RECORD)].filter(file => existsSync(file))
    if (known.length === 0) {
      const others = existsSync(this.out) ? readdirSync(this.out).filter(name => name !== HIDDEN) : []
      if (others.length === 0) return
      throw new Error(
        `${this.out} holds ${others.slice(0, 3).join(', ')}: name a folder that is new or empty with --out`,
      )
    }
    const text = readFileSync(known[0]!, 'utf8')
    const before = JSON.stringify(known[0]!.endsWith(RECORD) ? JSON.parse(text).command : JSON.parse(text))
    if (before === this.#command) return
    throw new Error(
      `${this.out} holds the result of another command, ${before}: name another folder with --out, or remove that one`,
    )
  }

  #lock(): void {
    const lock = this.path('lock')
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      const pid = Number(readFileSync(lock, 'utf8'))
      if (isAlive(pid)) throw new Error(`${this.out} is being computed by process ${pid}: wait for it, or end it`)
      rmSync(lock, { force: true })
      this.#lock()
    }
  }
}

/** Another program may have received the process id of a killed run; the file has to be removed by hand then. */
function isAlive(pid: number): boolean {
  if (!pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
