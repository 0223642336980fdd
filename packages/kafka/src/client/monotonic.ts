import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { compileFunction } from 'node:vm'

/** For `Date` where only durations are measured: it begins at the wall clock's time and never jumps. */
export const MonotonicDate = { now: () => Math.trunc(performance.timeOrigin + performance.now()) }

/** @returns what the CommonJS file exports when its `Date` is that one. */
export function onMonotonicTime(filename: string): unknown {
  const module = { exports: {} as unknown }
  const run = compileFunction(readFileSync(filename, 'utf8'), ['module', 'exports', 'require', 'Date'], { filename })
  run(module, module.exports, createRequire(filename), MonotonicDate)
  return module.exports
}
