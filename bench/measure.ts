import { monitorEventLoopDelay } from 'node:perf_hooks'

/** The cost of one run in this process. */
export interface Measured {
  readonly trades: number
  readonly cpuSeconds: number
  readonly wallSeconds: number
  readonly peakMegabytes: number
  readonly loopDelayMs: number
  /** The cost of the trades after {@link Measuring.warm}. */
  readonly warm?: { readonly trades: number; readonly cpuSeconds: number }
}

export interface Measuring {
  /** Notes that this many trades were read. One-time costs, such as V8's compilation, precede this point. */
  warm(trades: number): void
  /** Ends the measurement when all trades are processed. */
  done(trades: number): Measured
}

const cpuSeconds = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1e6

/** Starts measuring. */
export function measure(): Measuring {
  const delay = monitorEventLoopDelay({ resolution: 5 })
  delay.enable()
  const startedAt = performance.now()
  const before = process.cpuUsage()
  let peak = 0
  const sampler = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss())
  }, 100)
  let warm: { readonly trades: number; readonly cpu: NodeJS.CpuUsage } | undefined
  return {
    warm(trades) {
      warm = { trades, cpu: process.cpuUsage() }
    },
    done(trades) {
      clearInterval(sampler)
      const cpu = process.cpuUsage(before)
      return {
        trades,
        cpuSeconds: cpuSeconds(cpu),
        wallSeconds: (performance.now() - startedAt) / 1000,
        peakMegabytes: Math.max(peak, process.memoryUsage.rss()) / 2 ** 20,
        loopDelayMs: delay.max / 1e6,
        ...(warm && {
          warm: { trades: trades - warm.trades, cpuSeconds: cpuSeconds(process.cpuUsage(warm.cpu)) },
        }),
      }
    },
  }
}

/** The last line that a contestant prints, which its parent process reads. */
export function report(measured: Measured): never {
  process.stdout.write(`${JSON.stringify(measured)}\n`)
  process.exit(0)
}
