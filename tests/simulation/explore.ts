import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Problem } from './verify.ts'

/** Outcome of a range of histories that one worker ran. */
export interface Stretch {
  readonly histories: number
  readonly windows: number
  readonly failures: readonly { readonly seed: number; readonly problems: readonly Problem[] }[]
}

const STRETCH = 100
const PROGRESS_MS = 10_000
/** Number of failing histories after which the exploration stops. */
const FAILURES_MAX = 20
const PROBLEMS_SHOWN = 10

/** Runs histories of the seeds from, from + 1, … on worker threads and prints its findings. @returns whether all histories were right */
export async function explore(from: number, histories: number, workers: number): Promise<boolean> {
  const totals = new Totals(from, histories)
  let next = from
  const take = (): [number, number] | null => {
    const seed = next
    next = Math.min(from + histories, seed + STRETCH)
    return seed < next && totals.failures < FAILURES_MAX ? [seed, next] : null
  }
  const progress = setInterval(() => totals.print(), PROGRESS_MS)
  try {
    await Promise.all(Array.from({ length: workers }, () => work(take, totals)))
  } finally {
    clearInterval(progress)
  }
  totals.print()
  if (next < from + histories)
    console.log(`Stopped after ${totals.failures} failing histories; those from seed ${next} on are not explored`)
  return totals.failures === 0
}

async function work(take: () => [number, number] | null, totals: Totals): Promise<void> {
  const worker = new Worker(new URL('./explore-worker.ts', import.meta.url))
  for (let stretch = take(); stretch; stretch = take()) {
    worker.postMessage(stretch)
    const [outcome] = (await once(worker, 'message')) as [Stretch]
    totals.add(outcome)
  }
  await worker.terminate()
}

class Totals {
  readonly #from: number
  readonly #planned: number
  readonly #startedAt = performance.now()
  readonly #found = { wrong: 0, doubled: 0, missing: 0, other: 0 }
  #histories = 0
  #windows = 0
  failures = 0

  constructor(from: number, planned: number) {
    this.#from = from
    this.#planned = planned
  }

  add({ histories, windows, failures }: Stretch): void {
    this.#histories += histories
    this.#windows += windows
    for (const { seed, problems } of failures) {
      this.failures++
      for (const { kind } of problems) this.#found[kind]++
      console.log(`seed ${seed} fails:`)
      for (const { text } of problems.slice(0, PROBLEMS_SHOWN)) console.log(`  ${text}`)
      if (problems.length > PROBLEMS_SHOWN) console.log(`  and ${problems.length - PROBLEMS_SHOWN} problems more`)
      console.log(`  replay it: npm run simulate -- --seed ${seed}`)
    }
  }

  print(): void {
    const { wrong, doubled, missing, other } = this.#found
    const rate = this.#histories / ((performance.now() - this.#startedAt) / 1000)
    console.log(
      `${this.#histories} of ${this.#planned} histories from seed ${this.#from} (${rate.toFixed(0)} a second): ` +
        `${this.failures} fail; ${this.#windows} windows, ` +
        `${wrong} wrong, ${doubled} doubled, ${missing} missing, ${other} other problems`,
    )
  }
}
