import { expect, it } from 'vitest'
import { millisOf, type TimeFormat } from '../../src/replay/times.ts'

it.each<[string, TimeFormat, string]>([
  ['1767225609', 's', '2026-01-01T00:00:09.000Z'],
  ['1767225609.1', 's', '2026-01-01T00:00:09.100Z'],
  ['1767225609.9999', 's', '2026-01-01T00:00:09.999Z'],
  ['1767225609123', 'ms', '2026-01-01T00:00:09.123Z'],
  ['1767225609123456', 'us', '2026-01-01T00:00:09.123Z'],
  ['1767225609123456789', 'ns', '2026-01-01T00:00:09.123Z'],
  ['1767225609123', 'ms or us', '2026-01-01T00:00:09.123Z'],
  ['1767225609123456', 'ms or us', '2026-01-01T00:00:09.123Z'],
  ['1767225609123456789', 'digits', '2026-01-01T00:00:09.123Z'],
  ['2026-01-01T00:00:09Z', 'iso', '2026-01-01T00:00:09.000Z'],
  ['2026-01-01 00:00:09', 'digits', '2026-01-01T00:00:09.000Z'],
  ['2026-01-01T00:00:09.123456789', 'iso', '2026-01-01T00:00:09.123Z'],
  ['2026-01-01 00:00:09.5 UTC', 'iso', '2026-01-01T00:00:09.500Z'],
  ['2026-01-01T02:00:09+02:00', 'iso', '2026-01-01T00:00:09.000Z'],
  ['2025-12-31 19:00:09-0500', 'iso', '2026-01-01T00:00:09.000Z'],
])('reads %s as %s', (text, format, expected) => {
  expect(new Date(millisOf(text, format)).toISOString()).toBe(expected)
})

it.each<[string, TimeFormat]>([
  ['-1', 'digits'],
  ['May 5', 'digits'],
  ['01/02/2026', 'digits'],
  ['2016-12-31T23:59:60Z', 'digits'],
  ['1.767225609e+09', 's'],
  ['1.767225609e+09', 'digits'],
  ['2026-01-01D00:00:08.7', 'iso'],
  ['2026-02-30T00:00:00Z', 'iso'],
  ['2026-01-01', 'iso'],
  ['2026-01-01T00:00:09Z', 'ms'],
])('refuses %s as %s, quoting it', (text, format) => {
  expect(() => millisOf(text, format)).toThrow(`timestamp "${text}" is not a time`)
})

it.each(['UTC', 'America/New_York', 'Europe/Berlin'])('reads a time without a zone as UTC on a machine in %s', zone => {
  const before = process.env.TZ
  process.env.TZ = zone
  try {
    expect(millisOf('2025-10-26 02:30:00', 'iso')).toBe(Date.UTC(2025, 9, 26, 2, 30))
  } finally {
    if (before === undefined) delete process.env.TZ
    else process.env.TZ = before
  }
})
