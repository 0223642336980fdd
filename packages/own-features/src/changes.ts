import { readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isModule } from './module-hooks.ts'

const LOOK_MS = 1000
/** Maximum number of folder entries that are looked at. */
const ENTRIES_MAX = 2000

/**
 * Calls the function whenever the files have changed and have then stayed the same for a second. The files are polled, because
 * not every system reports changes of a mounted folder or a ConfigMap.
 * @returns a function that ends the polling
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

/** @returns names, sizes and times of the modules in a folder and its subfolders, or in the folder of a file. */
function fingerprint(path: string): string {
  try {
    const isFolder = statSync(path).isDirectory()
    return modulesOf(isFolder ? path : dirname(path), isFolder)
      .map(signature)
      .join('\n')
  } catch {
    // The files are being replaced. The next look finds the new files.
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
