import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** @returns a folder of the running test's own, which goes with all that is in it when the test has ended. */
export function temporaryFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'candlewick-test-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}
