import { fstatSync, writeSync } from 'node:fs'

const STDOUT = 1

/** The parts of a process and its standard output that {@link guardOutput} uses. */
export interface GuardedProcess {
  readonly stdout: NodeJS.WriteStream
  exit(code: number): never
}

/**
 * Makes a tool end when its output cannot be written. If the reader of a pipe has closed it, the exit code is 0. For other errors,
 * such as a full disk, the tool prints a message, and the exit code is 1. `console.log` ignores both errors, and treats a partly
 * written file as written.
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

/** @param write writes some of the bytes, and returns how many; on a nearly full disk it does not write all of them */
export function writeAll(bytes: Uint8Array, write: (bytes: Uint8Array) => number): void {
  for (let at = 0; at < bytes.length; ) at += write(bytes.subarray(at))
}
