import type { Files } from '../../src/parquet/files.ts'

export class Crash extends Error {
  override name = 'Crash'
}

/** Files in memory, where the process can end at any step, before or after a call has taken effect. */
export class MemoryFiles implements Files {
  readonly location = 'memory'
  readonly files: Map<string, Buffer>
  /** Number of steps after which the process ends. */
  crashIn = Number.POSITIVE_INFINITY

  constructor(files = new Map<string, Buffer>()) {
    this.files = files
  }

  async put(path: string, bytes: Buffer): Promise<void> {
    this.step()
    this.files.set(path, bytes)
    this.step()
  }

  async get(path: string): Promise<Buffer | undefined> {
    this.step()
    return this.files.get(path)
  }

  async removeUnfinished(): Promise<void> {}

  close(): void {}

  protected step(): void {
    if (--this.crashIn <= 0) throw new Crash()
  }
}

/** Deliberate bugs, which the simulation has to find. */
export const BUGS: Record<string, new (files: Map<string, Buffer>) => MemoryFiles> = {
  'the position is written before the files': class extends MemoryFiles {
    #held: [string, Buffer][] = []

    override async put(path: string, bytes: Buffer): Promise<void> {
      if (!path.startsWith('_positions/')) return void this.#held.push([path, bytes])
      await super.put(path, bytes)
      for (const one of this.#held.splice(0)) await super.put(...one)
    }
  },
  'a file is written under its own name, without a rename': class extends MemoryFiles {
    override async put(path: string, bytes: Buffer): Promise<void> {
      this.files.set(path, bytes.subarray(0, bytes.length / 2))
      await super.put(path, bytes)
    }
  },
  'the name depends on the time': class extends MemoryFiles {
    override async put(path: string, bytes: Buffer): Promise<void> {
      await super.put(path.replace('.parquet', `-${performance.now()}.parquet`), bytes)
    }
  },
}
