import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isModule } from './module-hooks.ts'

const LOOK_MS = 1000
/** Modules that are looked at. */
const FILES_MAX = 1000

/**
 * Calls the function whenever the files have changed and have stayed the same for a second. They are read again and again,
 * because changes of a mounted folder, or of a ConfigMap, are not reported everywhere.
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

/** @returns a hash of the modules of the folder and its subfolders; of a file, of those beside it. */
function fingerprint(path: string): string {
  const hash = createHash('sha256')
  try {
    const isFolder = statSync(path).isDirectory()
    const folder = isFolder ? path : dirname(path)
    const names = readdirSync(folder, { recursive: isFolder }).map(String)
    for (const name of names
      .filter(name => isModule(name) && !name.includes('node_modules'))
      .sort()
      .slice(0, FILES_MAX))
      hash
        .update(name)
        .update('\0')
        .update(readFileSync(join(folder, name)))
        .update('\0')
  } catch {
    // Files are being replaced: the next look finds them.
    hash.update('unreadable')
  }
  return hash.digest('hex')
}
