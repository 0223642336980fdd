import { writeSync } from 'node:fs'
import { workerData } from 'node:worker_threads'
import { CALLS, FEATURE_BYTES, SERIES_BYTES, type Shared } from './running.ts'
import type { WatchdogOptions } from './watchdog.ts'

/** Number of looks within the time that a call may take. Counting looks instead of time ignores time in which the machine was asleep. */
const LOOKS = 10

const { shared, service, timeoutMs, isPlain } = workerData as WatchdogOptions & { readonly shared: Shared }
const { counters } = shared
const decoder = new TextDecoder()
/** Decodes a copy, because a decoder refuses shared memory. */
const text = (bytes: Uint8Array, place: number): string => decoder.decode(bytes.slice(0, counters[place]))

let seen = 0
let looks = 0

function look(): void {
  const calls = Atomics.load(counters, CALLS)
  looks = calls % 2 !== 0 && calls === seen ? looks + 1 : 0
  seen = calls
  if (looks >= LOOKS) end()
}

function end(): void {
  const feature = text(shared.feature, FEATURE_BYTES)
  const series = text(shared.series, SERIES_BYTES).trim()
  const window = new Date(shared.openMs[0]!).toISOString()
  const where = series === '' ? `the candle of ${window}` : `${series}, window ${window}`
  const msg = `The feature ${feature} has not come back from update for ${timeoutMs / 1000} s at ${where}: an endless loop? The process is killed. Correct the feature, or take it out of INDICATORS`
  const line = { level: 'fatal', time: new Date().toISOString(), service, feature, series, window, msg }
  try {
    writeSync(isPlain ? 2 : 1, isPlain ? `${msg}\n` : `${JSON.stringify(line)}\n`)
  } catch {
    // Nobody reads it.
  }
  process.kill(process.pid, 'SIGKILL')
}

setInterval(look, timeoutMs / LOOKS)
