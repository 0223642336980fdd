import { writeSync } from 'node:fs'
import { workerData } from 'node:worker_threads'
import type { Shared } from './running.ts'
import { onStall, type Stall } from './stall.ts'
import type { WatchdogOptions } from './watchdog.ts'

const { shared, service, timeoutMs, isPlain } = workerData as WatchdogOptions & { readonly shared: Shared }

onStall(shared, timeoutMs, ({ step, name, series, window, problem }: Stall) => {
  const which = step === 'load' ? { module: name } : { feature: name }
  const where = step === 'update' ? { series, window } : {}
  const remedy = step === 'load' ? 'Correct the module' : 'Correct the feature, or take it out of INDICATORS'
  const msg = `${problem} The process is killed. ${remedy}`
  const line = { level: 'fatal', time: new Date().toISOString(), service, ...which, ...where, msg }
  try {
    writeSync(isPlain ? 2 : 1, isPlain ? `${msg}\n` : `${JSON.stringify(line)}\n`)
  } catch {
    // Nobody reads it.
  }
  process.kill(process.pid, 'SIGKILL')
})
