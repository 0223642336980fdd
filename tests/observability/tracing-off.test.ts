import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { otlpReceiver } from './receiver.ts'

/** @returns the modules of OpenTelemetry that a process of its own loads: another test file may have loaded them here. */
async function loadedModules(...args: string[]): Promise<string[]> {
  const program = join(import.meta.dirname, 'loaded-modules.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...args])
  return JSON.parse(stdout.trim().split('\n').at(-1)!)
}

it('loads nothing of OpenTelemetry unless an endpoint for spans is set', async () => {
  expect(await loadedModules()).toEqual([])
  const receiver = await otlpReceiver()
  expect(await loadedModules(receiver.endpoint)).not.toEqual([])
  await receiver.close()
})
