import { fstatSync, writeSync } from 'node:fs'

const STDOUT = 1

/** The parts of a process and its standard output that {@link guardOutput} uses. */
export interface GuardedProcess {
  readonly stdout: NodeJS.WriteStream
  exit(code: number): never
}

/**
 * Makes a tool end when its output cannot be written: with code 0 when the reader of a pipe has closed it, with a message
 * and code 1 for everything else, such as a full disk. `console.log` ignores both errors, and treats a partly written file
 * as written.
 */
export function guardOutput(of: GuardedProcess = process): void {
  const stats = fstatSync(STDOUT)
  if (stats.isFile() || (stats.isCharacterDevice() && !of.stdout.isTTY)) of.stdout._write = writeWhole
  of.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') of.exit(0)
    console.error(`The output cannot be written: ${error.message}. What has been written so far is not whole.`)
    of.exit(1)
  })
}

type Written = (error?: Error | null) => void

function writeWhole(chunk: Buffer | string, encoding: BufferEncoding, done: Written): void {
  try {
    writeAll(typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk, bytes => writeSync(STDOUT, bytes))
    done()
  } catch (error) {
    done(error as Error)
  }
}

/** @param write writes some of the bytes, and returns how many: on a disk that is nearly full fewer than all */
export function writeAll(bytes: Uint8Array, write: (bytes: Uint8Array) => number): void {
  for (let at = 0; at < bytes.length; ) at += write(bytes.subarray(at))
}
