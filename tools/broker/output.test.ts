import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { writeAll } from './output.ts'

const INDICATORS = join(import.meta.dirname, '../indicators/main.ts')
const ACLS = join(import.meta.dirname, '../acls/main.ts')

it('writes the rest when a write takes only some of the bytes', () => {
  const written: number[] = []
  writeAll(Buffer.from('abcdefg'), bytes => {
    const some = bytes.subarray(0, 3)
    written.push(...some)
    return some.length
  })
  expect(Buffer.from(written).toString()).toBe('abcdefg')
})

it('throws the error of a full disk, after some of the bytes were written', () => {
  let room = 4
  const write = (bytes: Uint8Array): number => {
    if (room === 0) throw new Error('ENOSPC')
    const taken = Math.min(room, bytes.length)
    room -= taken
    return taken
  }
  expect(() => writeAll(Buffer.from('abcdefg'), write)).toThrow('ENOSPC')
})

it.runIf(existsSync('/dev/full')).each([INDICATORS, ACLS])(
  'ends with a message and code 1 on a full disk: %s',
  async main => {
    const child = spawn(process.execPath, [main], { stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'] })
    const printed: string[] = []
    child.stderr?.on('data', chunk => printed.push(String(chunk)))
    const [code] = await once(child, 'close')
    expect(printed.join('')).toMatch(/^The output cannot be written: .*ENOSPC.*not whole\.\n$/)
    expect(code).toBe(1)
  },
)

it('ends quietly when the reader of its pipe has closed it', async () => {
  const script = `"${process.execPath}" "${INDICATORS}" | head -1; echo "\${PIPESTATUS[0]}"`
  const { stdout, stderr } = await promisify(execFile)('bash', ['-c', script])
  expect(stderr).toBe('')
  expect(stdout.trim().split('\n').at(-1)).toBe('0')
})
