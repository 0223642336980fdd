import { parentPort } from 'node:worker_threads'
import type { Stretch } from './explore.ts'
import { runHistory } from './history.ts'

// Errors are common in a simulation: recording a stack for each would cost more than the simulation itself.
Error.stackTraceLimit = 0

parentPort?.on('message', async ([from, to]: [number, number]) => {
  const failures: { seed: number; problems: Stretch['failures'][number]['problems'] }[] = []
  let windows = 0
  for (let seed = from; seed < to; seed++) {
    const outcome = await runHistory(seed)
    windows += outcome.windows
    if (outcome.problems.length > 0) failures.push({ seed, problems: outcome.problems })
  }
  parentPort?.postMessage({ histories: to - from, windows, failures } satisfies Stretch)
})
