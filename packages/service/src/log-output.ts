import { writeSync } from 'node:fs'

/** Writes bytes and returns how many were written, as `fs.writeSync` does. */
export type Write = (bytes: Buffer) => number

/** Maximum time that the output waits for a slow reader. A reader that does not read at all must not stop the service. */
const BUSY_MS_MAX = 200
const BUSY_WAIT_MS = 5

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '')

/**
 * The standard output of a service. Lines are written at once, since buffered ones would come out of order when the
 * process ends. A full disk or a closed pipe does not end the service: lines that cannot be written are dropped and
 * counted, and before the next line that can be written, another line says how many are missing.
 */
export class LogOutput {
  readonly #write: Write
  readonly #lostLine: (lines: number, reason: string) => string
  readonly #listeners: ((lines: number) => void)[] = []
  #lost = 0
  #lostInTotal = 0
  #reason = ''
  /** Whether the last write ended within a line, e.g. because the disk became full. */
  #isCut = false

  /** @param lostLine returns the line that reports dropped lines, with its line break */
  constructor(lostLine: (lines: number, reason: string) => string, write: Write = bytes => writeSync(1, bytes)) {
    this.#lostLine = lostLine
    this.#write = write
  }

  /** Calls the listener with the number of lines dropped so far, if there are any, and then for each dropped line. */
  onLost(listener: (lines: number) => void): void {
    this.#listeners.push(listener)
    if (this.#lostInTotal > 0) listener(this.#lostInTotal)
  }

  write(line: string): void {
    try {
      if (this.#lost > 0) {
        this.#writeAll(`${this.#isCut ? '\n' : ''}${this.#lostLine(this.#lost, this.#reason)}`)
        this.#lost = 0
      }
      this.#writeAll(line)
    } catch (error) {
      if (this.#lost++ === 0) this.#reason = error instanceof Error ? error.message : String(error)
      this.#lostInTotal++
      for (const listener of this.#listeners) listener(1)
    }
  }

  #writeAll(text: string): void {
    let rest = Buffer.from(text)
    let busyMs = 0
    while (rest.length > 0) {
      try {
        rest = rest.subarray(this.#write(rest))
        // The remaining bytes are the end of this line.
        this.#isCut = rest.length > 0
      } catch (error) {
        // While lines are being dropped, the service does not wait for the stalled reader.
        if (codeOf(error) !== 'EAGAIN' || this.#lost > 0 || busyMs >= BUSY_MS_MAX) throw error
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BUSY_WAIT_MS)
        busyMs += BUSY_WAIT_MS
      }
    }
  }
}
