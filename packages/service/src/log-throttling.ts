import { type LoggerOptions, pino } from 'pino'

/** What is said again and again is written once in this time. */
const ONCE_IN_MS = 10_000
/** So many different warnings are remembered, the newest. */
const MOST_KINDS = 1000

interface Kind {
  readonly writtenAt: number
  repeats: number
}

/** Fields that may differ between warnings of one kind: the growing wait before a retry, and one case of many. */
const VARYING: readonly string[] = ['retry_in_ms', 'example']

const words = (name: string, value: unknown): unknown =>
  VARYING.includes(name) ? undefined : value instanceof Error ? value.message : value

/**
 * A hook for pino that keeps an outage of hours from filling the disk: of warnings and errors that say the same, one in
 * ten seconds is written, with how many times it was said since the one before.
 */
export function throttleWarnings(
  now = () => performance.now(),
): NonNullable<NonNullable<LoggerOptions['hooks']>['logMethod']> {
  const kinds = new Map<string, Kind>()
  return function logMethod(args, write, level) {
    const [details, message] = args as unknown as [unknown, string | undefined]
    if (level < pino.levels.values.warn! || typeof details !== 'object') return write.apply(this, args)
    const kind = `${message} ${JSON.stringify(details, words)}`
    const known = kinds.get(kind)
    if (known && now() - known.writtenAt < ONCE_IN_MS) {
      known.repeats++
      return
    }
    // The newest last.
    kinds.delete(kind)
    kinds.set(kind, { writtenAt: now(), repeats: 0 })
    if (kinds.size > MOST_KINDS) kinds.delete(kinds.keys().next().value!)
    const repeated = known && known.repeats > 0 ? { ...details, repeated: known.repeats } : details
    write.apply(this, [repeated, message])
  }
}
