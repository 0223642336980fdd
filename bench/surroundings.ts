import { execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'

/** The machine and the versions with which a result was measured. */
export const surroundings = (broker: string) => ({
  date: new Date().toISOString(),
  commit: execFileSync('git', ['describe', '--always', '--dirty'], { cwd: import.meta.dirname })
    .toString()
    .trim(),
  cpu: cpus()[0]?.model.trim(),
  cores: availableParallelism(),
  memory_gigabytes: Math.round(totalmem() / 2 ** 30),
  node: process.version,
  kafkajs: (createRequire(import.meta.url)('kafkajs/package.json') as { version: string }).version,
  broker,
  /** Load of the machine before the runs. If it is above 0, other processes compete for the cores. */
  load_average_1m: loadavg()[0],
})
