/** Functions whose results differ from run to run. */
const SOURCES: readonly [object: string, member: string][] = [
  ['Math', 'random'],
  ['performance', 'now'],
  ['crypto', 'getRandomValues'],
  ['crypto', 'randomUUID'],
]

const holderOf = (name: string): Record<string, unknown> =>
  (globalThis as unknown as Record<string, Record<string, unknown>>)[name] ?? {}

/** Calls the function. @returns the functions of the clock and of random numbers that it called, e.g. `Math.random` */
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

/** Only the present date differs from run to run; a date that is created from a given time does not. */
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
