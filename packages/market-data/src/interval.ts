import * as z from 'zod'

const SECOND_MS = 1000
const DAY_MS = 86_400_000
const WEEK_MS = 7 * DAY_MS
/** 1970-01-05, the first Monday of the Unix epoch: weeks start on Mondays, everything else at the epoch. */
const FIRST_MONDAY_MS = 4 * DAY_MS
const UNIT_MS: Record<string, number> = {
  s: SECOND_MS,
  m: 60 * SECOND_MS,
  h: 3600 * SECOND_MS,
  d: DAY_MS,
  w: WEEK_MS,
}

const lengthOf = (name: string): number | undefined => {
  const [, count, unit] = /^([1-9]\d{0,4})([smhdw])$/.exec(name) ?? []
  const ms = Number(count) * (UNIT_MS[unit ?? ''] ?? Number.NaN)
  return name === '1w' || DAY_MS % ms === 0 ? ms : undefined
}

/** The name of a candle's length, e.g. `1m`: a number of seconds, minutes or hours that divides a day, `1d` or `1w`. */
export const Interval = z
  .string()
  .refine(name => lengthOf(name) !== undefined, 'is not an interval (1s … 1d dividing a day, or 1w), e.g. 1m, 15m, 4h')

/** @returns the interval's length in milliseconds. @throws Error that names an unknown interval */
export function intervalMs(name: string): number {
  const ms = lengthOf(name)
  if (ms === undefined) throw new Error(`"${name}" is not an interval`)
  return ms
}

/** @returns the start (Unix ms, inclusive) of the window of the given length that contains the time. */
export function windowStart(timestampMs: number, lengthMs: number): number {
  const offset = lengthMs === WEEK_MS ? FIRST_MONDAY_MS : 0
  return timestampMs - ((timestampMs - offset) % lengthMs)
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b))

/** A name of a bar has a colon, e.g. `tick:500`, and a clock interval has none. */
export const isBar = (interval: string): boolean => interval.includes(':')

/** @returns the intervals of clock time among the names. */
export const clockIntervals = (names: readonly string[]): string[] => names.filter(name => !isBar(name))

const MINUTE_MS = UNIT_MS.m!
/**
 * @returns the greatest common divisor of the clock intervals' lengths in ms, from which all of them are rolled up; a minute if
 *   all names are bars
 */
export const baseIntervalMs = (names: readonly string[]): number =>
  clockIntervals(names).map(intervalMs).reduce(gcd, 0) || MINUTE_MS
