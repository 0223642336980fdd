/** Functions whose results differ from run to run. */
const SOURCES: readonly [object: string, member: string][] = [
  ['Math', 'random'],
  ['performance', 'now'],
  ['crypto', 'getRandomValues'],
  ['crypto', 'randomUUID'],
]

const holderOf = (name: string): Record<string, unknown> =>
  (globalThis as unknown as Record<string, Record<string, unknown>>)[name] ?? {}

/** Calls the function. @returns what it asked of the clock or of random numbers, e.g. `Math.random` */
export function outsideWorldOf(run: () => void): string[] {
  const used = new Set<string>()
  const restores = SOURCES.map(([object, member]) => {
    const holder = holderOf(object)
    const original = holder[member]
    if (typeof original !== 'function') return () => {}
    const own = Object.getOwnPropertyDescriptor(holder, member)
    const watched = (...args: unknown[]) => {
      used.add(`${object}.${member}`)
      return Reflect.apply(original, holder, args)
    }
    Object.defineProperty(holder, member, { value: watched, configurable: true, writable: true })
    return () => {
      if (own) Object.defineProperty(holder, member, own)
      else delete holder[member]
    }
  })
  const realDate = globalThis.Date
  globalThis.Date = watchedDate(realDate, used)
  try {
    run()
  } finally {
    globalThis.Date = realDate
    for (const restore of restores) restore()
  }
  return [...used]
}

/** A date that is made of a given time is the same each time; only the present one is not. */
const watchedDate = (real: DateConstructor, used: Set<string>): DateConstructor =>
  new Proxy(real, {
    construct(target, args, newTarget) {
      if (args.length === 0) used.add('new Date()')
      return Reflect.construct(target, args, newTarget)
    },
    apply(target, self, args) {
      used.add('Date()')
      return Reflect.apply(target, self, args)
    },
    get(target, member) {
      if (member === 'now') used.add('Date.now')
      return Reflect.get(target, member)
    },
  })
