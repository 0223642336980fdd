import { readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isModule } from './module-hooks.ts'

const LOOK_MS = 1000
/** Maximum number of folder entries that are looked at, because each look reads all of them. */
const ENTRIES_MAX = 2000
const TOO_MANY = `has more than ${ENTRIES_MAX} files and folders: changes of the others take effect at the next start`

/**
 * Calls the function whenever the files have changed and have then stayed the same for a second. The files are polled, because
 * not every system reports changes of a mounted folder or a ConfigMap.
 * @param warn called at most once, with what is not looked at
 * @returns a function that ends the polling
 */
export function onChange(path: string, changed: () => void, warn: (message: string) => void): () => void {
  let hasWarned = false
  const tooMany = () => {
    if (!hasWarned) warn(`${path} ${TOO_MANY}`)
    hasWarned = true
  }
  let known = fingerprint(path, tooMany)
  let newest = known
  const timer = setInterval(() => {
    const before = newest
    newest = fingerprint(path, tooMany)
    if (newest === known || newest !== before) return
    known = newest
    changed()
  }, LOOK_MS)
  timer.unref()
  return () => clearInterval(timer)
}

/** @returns names, sizes and times of the modules in a folder and its subfolders, or in the folder of a file. */
function fingerprint(path: string, tooMany: () => void): string {
  try {
    const isFolder = statSync(path).isDirectory()
    return modulesOf(isFolder ? path : dirname(path), isFolder, tooMany)
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
function modulesOf(top: string, isDeep: boolean, tooMany: () => void): string[] {
  const found: string[] = []
  const folders = [top]
  let entries = 0
  for (const folder of folders)
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (++entries > ENTRIES_MAX) {
        tooMany()
        return found.sort()
      }
      const path = join(folder, entry.name)
      if (entry.isDirectory() && isDeep && !/^\.|^node_modules$/.test(entry.name)) folders.push(path)
      else if (isModule(entry.name)) found.push(path)
    }
  return found.sort()
}
