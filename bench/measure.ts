import { monitorEventLoopDelay } from 'node:perf_hooks'

/** What one run has cost this process. */
export interface Measured {
  readonly trades: number
  readonly cpuSeconds: number
  readonly wallSeconds: number
  readonly peakMegabytes: number
  readonly loopDelayMs: number
}

/** Starts measuring; call the result when the trades are through. */
export function measure(): (trades: number) => Measured {
  const delay = monitorEventLoopDelay({ resolution: 5 })
  delay.enable()
  const startedAt = performance.now()
  const before = process.cpuUsage()
  let peak = 0
  const sampler = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss())
  }, 100)
  return trades => {
    clearInterval(sampler)
    const { user, system } = process.cpuUsage(before)
    return {
      trades,
      cpuSeconds: (user + system) / 1e6,
      wallSeconds: (performance.now() - startedAt) / 1000,
      peakMegabytes: Math.max(peak, process.memoryUsage.rss()) / 2 ** 20,
      loopDelayMs: delay.max / 1e6,
    }
  }
}

/** A contestant's last words, read by the parent process. */
export function report(measured: Measured): never {
  process.stdout.write(`${JSON.stringify(measured)}\n`)
  process.exit(0)
}
