import { statSync } from 'node:fs'
import cliProgress from 'cli-progress'

/** Shows how much of a file has been read. */
export interface Progress {
  read(bytes: number): void
  stop(): void
}

/** @returns a bar on standard error if that is a terminal, otherwise a bar that shows nothing. */
export function fileProgress(file: string, stream: NodeJS.WriteStream = process.stderr): Progress {
  if (!stream.isTTY) return { read: () => {}, stop: () => {} }
  const format = `${file} {bar} {percentage}% | {duration_formatted} | {eta_formatted} left`
  const bar = new cliProgress.SingleBar({ format, stream, etaBuffer: 100 }, cliProgress.Presets.shades_classic)
  bar.start(statSync(file).size, 0)
  return { read: bytes => bar.increment(bytes), stop: () => bar.stop() }
}
