/** Maximum depth of nested values. No indicator needs more, and a circular value would have no end. */
const DEPTH_MAX = 50

/**
 * @returns how many values the value consists of, or −1 if JSON cannot hold it. Counting ends above `max`.
 *
 * It is separate from {@link notPlainJson} and builds no text, because a guard calls it at every candle.
 */
export function plainJsonSize(value: unknown, max = Number.POSITIVE_INFINITY, depth = 0): number {
  if (typeof value === 'number') return Number.isFinite(value) ? 1 : -1
  if (value === null || typeof value === 'boolean') return 1
  if (typeof value === 'string') return 1 + (value.length >> 3)
  if (typeof value !== 'object' || depth > DEPTH_MAX) return -1
  let size = 1
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length && size <= max; i++) {
      const inner = plainJsonSize(value[i], max - size, depth + 1)
      if (inner < 0) return -1
      size += inner
    }
    return size
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return -1
  for (const key in value) {
    const inner = plainJsonSize((value as Record<string, unknown>)[key], max - size, depth + 1)
    if (inner < 0) return -1
    size += inner
    if (size > max) return size
  }
  return size
}

/** @returns which part of the value JSON cannot hold, and where it is; undefined if JSON can hold all of it. */
export function notPlainJson(value: unknown, path = 'the state', depth = 0): string | undefined {
  if (plainJsonSize(value, undefined, depth) >= 0) return undefined
  if (typeof value === 'number') return `${path} is ${value}, which JSON cannot hold`
  if (typeof value !== 'object' || value === null) return `${path} is ${a(typeof value)}, which JSON cannot hold`
  if (depth > DEPTH_MAX) return `${path.slice(0, 60)}… goes round in a circle, which JSON cannot hold`
  if (!Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype)
    return `${path} is ${a(value.constructor?.name ?? 'special object')}, which JSON cannot hold: use plain objects and arrays`
  for (const [key, inner] of Object.entries(value)) {
    const wrong = notPlainJson(inner, Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`, depth + 1)
    if (wrong) return wrong
  }
  return `${path} has a place without a value, which JSON cannot hold`
}

const a = (noun: string): string => (noun === 'undefined' ? noun : `${/^[aeiou]/i.test(noun) ? 'an' : 'a'} ${noun}`)
