import { renameSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Restores the workspace's package.json after packing. */
const manifest = join(dirname(fileURLToPath(import.meta.url)), '../package.json')
renameSync(`${manifest}.workspace`, manifest)
