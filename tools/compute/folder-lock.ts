import { closeSync, mkdirSync, openSync, readFileSync, rmSync, statSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { writeWhole } from '@candlewick/dataset'

const [LOCK, OWNER] = ['lock.db', 'owner.json']
/** A lock can only be missed because another process has just finished its work and removed the folder. */
const TRIES_MAX = 20
/** SQLite's primary result codes. */
const [BUSY, FULL, CANT_OPEN] = [5, 13, 14]

/** Another process holds the lock. */
export class Locked extends Error {
  override name = 'Locked'
}

/**
 * A lock on a folder, held through SQLite's lock on a file in it: the operating system releases it when the process ends, however it
 * ends. A lock file with a process id would outlive a killed process, and the id may by then be another process's, above all in
 * containers.
 */
export class FolderLock {
  readonly #folder: string
  readonly #database: DatabaseSync

  /**
   * Creates the folder and locks it. It does not wait.
   * @throws Locked naming the process that has the lock
   */
  constructor(folder: string) {
    this.#folder = folder
    this.#database = locked(folder)
    try {
      const since = new Date().toISOString()
      writeWhole(join(folder, OWNER), JSON.stringify({ pid: process.pid, host: hostname(), since }))
    } catch (error) {
      this.#database.close()
      throw error
    }
  }

  /** @param isLast whether the lock's file goes, too, because the folder is about to be removed */
  release(isLast = false): void {
    rmSync(join(this.#folder, OWNER), { force: true })
    // Removed before the release: whoever opens the file later opens a new one, and whoever has opened it already finds that out.
    if (isLast) rmSync(join(this.#folder, LOCK), { force: true })
    this.#database.close()
  }

  /** @returns whether the file in the folder belongs to the lock */
  static isOwn(name: string): boolean {
    return name === LOCK
  }
}

function locked(folder: string): DatabaseSync {
  const path = join(folder, LOCK)
  for (let tries = 1; ; tries++) {
    try {
      mkdirSync(folder, { recursive: true })
      closeSync(openSync(path, 'a'))
      const before = fileIdOf(path)
      const database = lockedFile(path)
      // A lock on a file that its last owner has removed meanwhile locks nobody out.
      if (before !== undefined && before === fileIdOf(path)) return database
      database.close()
      if (tries >= TRIES_MAX)
        throw new Error(
          `${path} is another file at each look, so that it cannot be locked: name a folder on a local disk`,
        )
    } catch (error) {
      const { code, errcode } = error as { code?: string; errcode?: number }
      if (errcode === BUSY) throw new Locked(ownerOf(folder), { cause: error })
      const isRemoved = code === 'ENOENT' || errcode === CANT_OPEN
      if (isRemoved && tries < TRIES_MAX) continue
      if (errcode === undefined) throw error
      if (errcode === FULL) throw new Error(`ENOSPC: no room for ${path}`, { cause: error })
      throw new Error(`${path} cannot be locked: ${(error as Error).message}`, { cause: error })
    }
  }
}

function lockedFile(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: 0 })
  try {
    // Without a journal a kill leaves no other file.
    database.exec('PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE')
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

const fileIdOf = (path: string): bigint | undefined => statSync(path, { bigint: true, throwIfNoEntry: false })?.ino

function ownerOf(folder: string): string {
  try {
    const { pid, host, since } = JSON.parse(readFileSync(join(folder, OWNER), 'utf8'))
    return `process ${pid} on ${host} since ${since}`
  } catch {
    // An NFS without a lock daemon answers as if another process had the lock.
    return 'another process (if there is none, the file system has no locks: name a folder on a local disk)'
  }
}
