import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { baseIntervalMs, Interval, intervalMs, windowStart } from '../src/index.ts'

const DAY_MS = 86_400_000
const UNITS = { s: 1000, m: 60_000, h: 3_600_000, d: DAY_MS }

const names = fc
  .tuple(fc.integer({ min: 1, max: 99_999 }), fc.constantFrom('s', 'm', 'h', 'd'))
  .map(([count, unit]) => ({ name: `${count}${unit}`, ms: count * UNITS[unit as keyof typeof UNITS] }))

describe('an interval', () => {
  it('can be any number of seconds, minutes or hours that divides a day, or the day itself', () => {
    fc.assert(
      fc.property(names, ({ name, ms }) => {
        expect(Interval.safeParse(name).success).toBe(DAY_MS % ms === 0)
        if (DAY_MS % ms === 0) expect(intervalMs(name)).toBe(ms)
        else expect(() => intervalMs(name)).toThrow(`"${name}" is not an interval`)
      }),
      { numRuns: 1000 },
    )
  })

  it('can be a week, `1w`', () => {
    expect(intervalMs('1w')).toBe(7 * DAY_MS)
    for (const name of ['2w', '7d', '168h']) expect(Interval.safeParse(name).success).toBe(false)
  })

  it.each(['', '1', 'm', '0m', '01m', '-1m', '1.5h', '1M', '1 m', '1m ', '1mm', '86400000ms', '1e1s'])(
    'cannot be %j, and the message gives examples',
    name => {
      const { error } = Interval.safeParse(name)
      expect(error?.issues[0]?.message).toBe('is not an interval (1s … 1d dividing a day, or 1w), e.g. 1m, 15m, 4h')
    },
  )
})

describe('a window', () => {
  const time = fc.integer({ min: 1e11, max: 9e13 })
  const LENGTHS = ['1s', '8s', '1m', '15m', '1h', '4h', '1d', '1w']

  it('contains its time, and starts at a multiple of its length since 1970', () => {
    fc.assert(
      fc.property(time, fc.constantFrom(...LENGTHS), (ms, name) => {
        const length = intervalMs(name)
        const start = windowStart(ms, length)
        expect(start).toBeLessThanOrEqual(ms)
        expect(ms).toBeLessThan(start + length)
        expect(windowStart(start, length)).toBe(start)
        expect(windowStart(start + length - 1, length)).toBe(start)
        expect(windowStart(start + length, length)).toBe(start + length)
        if (name !== '1w') expect(start % length).toBe(0)
      }),
    )
  })

  it('of a week starts on Monday at midnight UTC', () => {
    fc.assert(
      fc.property(time, ms => {
        const start = new Date(windowStart(ms, intervalMs('1w')))
        expect([start.getUTCDay(), start.getTime() % DAY_MS]).toEqual([1, 0])
      }),
    )
    expect(new Date(windowStart(Date.UTC(2026, 0, 4, 23, 59, 59, 999), intervalMs('1w'))).toISOString()).toBe(
      '2025-12-29T00:00:00.000Z',
    )
    expect(new Date(windowStart(Date.UTC(2026, 0, 5), intervalMs('1w'))).toISOString()).toBe('2026-01-05T00:00:00.000Z')
  })
})

describe('the base of intervals', () => {
  it.each([
    [['1m', '5m', '15m', '1h'], '1m'],
    [['15m', '10m'], '5m'],
    [['90s', '1m'], '30s'],
    [['1w'], '1w'],
    [['1w', '1d'], '1d'],
    [['4h', '6h'], '2h'],
  ])('%j is %s', (intervals, base) => {
    expect(baseIntervalMs(intervals)).toBe(intervalMs(base))
  })

  it('divides them all, and their windows start with one of its own', () => {
    const sets = fc.uniqueArray(fc.constantFrom('6s', '90s', '1m', '15m', '24m', '1h', '8h', '1d', '1w'), {
      minLength: 1,
    })
    fc.assert(
      fc.property(sets, fc.integer({ min: 1e11, max: 9e13 }), (intervals, ms) => {
        const base = baseIntervalMs(intervals)
        for (const length of intervals.map(intervalMs)) {
          expect(length % base).toBe(0)
          expect(windowStart(windowStart(ms, length), base)).toBe(windowStart(ms, length))
        }
      }),
    )
  })
})
