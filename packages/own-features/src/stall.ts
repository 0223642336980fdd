import { CALLS, NAME_BYTES, SERIES_BYTES, type Shared, STEP, STEPS, type Step } from './running.ts'

/** Looks within the time that a step may take. Looks are counted, so that a step does not seem long because the machine was asleep. */
const LOOKS = 10

/** A step of a user's code that has not ended within the time that it may take. */
export interface Stall {
  readonly step: Step
  /** The name of the feature, or of the module for the step `load`. */
  readonly name: string
  /** Pair and interval, and the window's start, of the step `update`. */
  readonly series: string
  readonly window: string
  /** The problem as a sentence. */
  readonly problem: string
}

/**
 * Looks now and then, from another thread than the one that runs the user's code.
 * @param shared what that thread notes
 * @param stalled called once with the first step that does not end
 * @returns a function that ends the looking
 */
export function onStall(shared: Shared, timeoutMs: number, stalled: (stall: Stall) => void): () => void {
  let seen = 0
  let looks = 0
  const look = () => {
    const calls = Atomics.load(shared.counters, CALLS)
    looks = calls % 2 !== 0 && calls === seen ? looks + 1 : 0
    seen = calls
    if (looks < LOOKS) return
    clearInterval(looking)
    stalled(stallOf(shared, timeoutMs / 1000))
  }
  const looking = setInterval(look, timeoutMs / LOOKS)
  return () => clearInterval(looking)
}

const decoder = new TextDecoder()

function stallOf({ counters, openMs, name: nameBytes, series: seriesBytes }: Shared, seconds: number): Stall {
  /** A copy, because a decoder refuses shared memory. */
  const text = (bytes: Uint8Array, length: number): string => decoder.decode(bytes.slice(0, counters[length]))
  const step = STEPS[counters[STEP]!]!
  const name = text(nameBytes, NAME_BYTES)
  if (step === 'load') {
    const problem = `The module ${name} has not been loaded within ${seconds} s: an endless loop outside of functions?`
    return { step, name, series: '', window: '', problem }
  }
  const begins = `The feature ${name} has not come back from ${step} for ${seconds} s`
  if (step !== 'update') return { step, name, series: '', window: '', problem: `${begins}: an endless loop?` }
  const series = text(seriesBytes, SERIES_BYTES).trim()
  const window = new Date(openMs[0]!).toISOString()
  const where = series === '' ? `the candle of ${window}` : `${series}, window ${window}`
  return { step, name, series, window, problem: `${begins} at ${where}: an endless loop?` }
}
