import { type LoggerOptions, pino } from 'pino'

/** A repeated warning is written at most once in this time. */
const ONCE_IN_MS = 10_000
/** Maximum number of different warnings that are remembered. The one written longest ago is forgotten first. */
const KINDS_MAX = 1000

interface Kind {
  readonly writtenAt: number
  repeats: number
}

/** Fields that may differ between warnings of one kind: the growing wait before a retry, and one case of many. */
const VARYING: readonly string[] = ['retry_in_ms', 'example']

const words = (name: string, value: unknown): unknown =>
  VARYING.includes(name) ? undefined : value instanceof Error ? value.message : value

/**
 * A hook for pino that keeps an outage of hours from filling the disk. Of equal warnings and errors it writes one in ten
 * seconds, with `repeated`, the number left out since then. If more than 1,000 different warnings are repeated at the same
 * time, it forgets the oldest; the next line reports as `others_left_out` how many of its repetitions were not written.
 */
export function throttleWarnings(
  now = () => performance.now(),
): NonNullable<NonNullable<LoggerOptions['hooks']>['logMethod']> {
  const kinds = new Map<string, Kind>()
  let forgotten = 0
  return function logMethod(args, write, level) {
    const [details, message] = args as unknown as [unknown, string | undefined]
    if (level < pino.levels.values.warn! || typeof details !== 'object') return write.apply(this, args)
    const kind = `${message} ${JSON.stringify(details, words)}`
    const known = kinds.get(kind)
    if (known && now() - known.writtenAt < ONCE_IN_MS) {
      known.repeats++
      return
    }
    // Deleting and adding the entry keeps the map in order of age.
    kinds.delete(kind)
    kinds.set(kind, { writtenAt: now(), repeats: 0 })
    if (kinds.size > KINDS_MAX) forgotten += forgetOldest(kinds)
    const counts = {
      ...(known && known.repeats > 0 && { repeated: known.repeats }),
      ...(forgotten > 0 && { others_left_out: forgotten }),
    }
    forgotten = 0
    write.apply(this, [Object.keys(counts).length > 0 ? { ...details, ...counts } : details, message])
  }
}

/** @returns how many repetitions of the forgotten warning were never written */
function forgetOldest(kinds: Map<string, Kind>): number {
  const [oldest] = kinds
  if (!oldest) return 0
  const [kind, { repeats }] = oldest
  kinds.delete(kind)
  return repeats
}
