import { Malformed } from '../trade.ts'

/** How a layout writes its times. `digits`: a number's digits tell its unit, and text is ISO 8601. */
export type TimeFormat = 's' | 'ms' | 'us' | 'ns' | 'ms or us' | 'iso' | 'digits'

/** Unix ms of a trade lie between these, as market-data's `UnixMs` says. */
export const MILLIS = { min: 1e11, below: 1e14 } as const

const NUMBER = /^(\d{1,19})(?:\.(\d*))?$/
const ISO =
  /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?\s?(Z|UTC|[+-](?:0\d|1[0-8])(?::?[0-5]\d)?)?$/i

const wrong = (text: string): Malformed => new Malformed(`timestamp ${JSON.stringify(text.slice(0, 60))} is not a time`)

/**
 * @returns Unix ms; digits below the millisecond are dropped. A time without a zone is UTC.
 * @throws Malformed that quotes the text
 */
export function millisOf(text: string, format: TimeFormat): number {
  const [, whole, fraction = ''] = NUMBER.exec(text) ?? []
  if (whole === undefined) {
    if (format !== 'iso' && format !== 'digits') throw wrong(text)
    return isoMillis(text)
  }
  switch (unitOf(whole, format)) {
    case 's':
      return Number(whole + fraction.slice(0, 3).padEnd(3, '0'))
    case 'ms':
      return Number(whole)
    case 'us':
      return Number(whole.slice(0, -3))
    case 'ns':
      return Number(whole.slice(0, -6))
    default:
      throw wrong(text)
  }
}

/** A second has 10 digits until 2286, and each finer unit three more. */
function unitOf(whole: string, format: TimeFormat): TimeFormat {
  if (format === 'digits')
    return whole.length <= 11 ? 's' : whole.length <= 14 ? 'ms' : whole.length <= 17 ? 'us' : 'ns'
  if (format === 'ms or us') return whole.length <= 14 ? 'ms' : 'us'
  return format
}

function isoMillis(text: string): number {
  const [, year, month, day, hour, minute, second, fraction = '', zone = 'Z'] = ISO.exec(text) ?? []
  if (year === undefined) throw wrong(text)
  const fields = [year, month, day, hour, minute, second].map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const ms = Date.UTC(fields[0], fields[1] - 1, ...(fields.slice(2) as [number, number, number, number]))
  // Date.UTC carries 31 February or second 60 over into another time.
  const written = new Date(ms).toISOString().slice(0, 19)
  if (written !== `${year}-${month}-${day}T${hour}:${minute}:${second}`) throw wrong(text)
  return ms + Number(fraction.slice(0, 3).padEnd(3, '0')) - offsetMs(zone)
}

/** @returns by how much a zone such as `+01:00` is ahead of UTC, ms. */
function offsetMs(zone: string): number {
  const [, sign, hours, minutes = '0'] = /^([+-])(\d\d):?(\d\d)?$/.exec(zone) ?? []
  if (sign === undefined) return 0
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000
}
