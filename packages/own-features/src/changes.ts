import { readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isModule } from './module-hooks.ts'

const LOOK_MS = 1000
/** Entries of folders that are looked at. */
const ENTRIES_MAX = 2000

/**
 * Calls the function whenever the files have changed and have stayed the same for a second. They are looked at again and
 * again, because changes of a mounted folder, or of a ConfigMap, are not reported everywhere.
 * @returns how to end it
 */
export function onChange(path: string, changed: () => void): () => void {
  let known = fingerprint(path)
  let newest = known
  const timer = setInterval(() => {
    const before = newest
    newest = fingerprint(path)
    if (newest === known || newest !== before) return
    known = newest
    changed()
  }, LOOK_MS)
  timer.unref()
  return () => clearInterval(timer)
}

/** @returns names, sizes and times of the modules of the folder and its subfolders; of a file, of those beside it. */
function fingerprint(path: string): string {
  try {
    const isFolder = statSync(path).isDirectory()
    return modulesOf(isFolder ? path : dirname(path), isFolder)
      .map(signature)
      .join('\n')
  } catch {
    // Files are being replaced: the next look finds them.
    return 'unreadable'
  }
}

function signature(file: string): string {
  const { size, mtimeMs, ino } = statSync(file)
  return `${file} ${size} ${mtimeMs} ${ino}`
}

/** Folders that begin with a dot, and installed packages, are left out: FEATURES may name a whole project. */
function modulesOf(top: string, isDeep: boolean): string[] {
  const found: string[] = []
  const folders = [top]
  let entries = 0
  for (const folder of folders)
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (++entries > ENTRIES_MAX) return found
      const path = join(folder, entry.name)
      if (entry.isDirectory() && isDeep && !/^\.|^node_modules$/.test(entry.name)) folders.push(path)
      else if (isModule(entry.name)) found.push(path)
    }
  return found.sort()
}
