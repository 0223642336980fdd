import { renameSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Gives the workspace its package.json back. */
const manifest = join(dirname(fileURLToPath(import.meta.url)), '../package.json')
renameSync(`${manifest}.workspace`, manifest)
