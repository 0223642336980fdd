import type { Filter } from './filter.ts'
import { isMissing, MISSING } from './missing.ts'
import { newRing, push, type Ring } from './ring.ts'

/** @returns the filter that compares each value with the value `period` places before it. */
export const change = (period: number, compare: (value: number, past: number) => number): Filter<Ring> => ({
  warmup: period,
  initial: newRing,
  next(ring, value) {
    const past = push(ring, value, period)
    return isMissing(past) ? MISSING : compare(value, past)
  },
})

export const difference = (value: number, past: number): number => value - past
/** Returns 0 if the past value is 0. */
export const proportion = (value: number, past: number): number => (past === 0 ? 0 : (value - past) / past)
export const percentage = (value: number, past: number): number => (past === 0 ? 0 : (value / past - 1) * 100)
export const ratio = (value: number, past: number): number => (past === 0 ? 0 : value / past)
