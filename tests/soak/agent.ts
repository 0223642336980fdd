import dns from 'node:dns'
import { setImmediate } from 'node:timers/promises'

/** What the platform does to an instance from within. */
export type Order =
  /** The wall clock is so far off from now on, ms; the monotonic one is not, as everywhere. */
  | { readonly kind: 'clock'; readonly ms: number }
  /** Whether host names can be resolved. */
  | { readonly kind: 'dns'; readonly works: boolean }
  /** It takes all the memory that it can have. */
  | { readonly kind: 'exhaust' }

/** Loaded into each instance before anything of its own, to do what the soak orders. */
let offMs = 0
let dnsWorks = true

const RealDate = Date
globalThis.Date = class extends RealDate {
  constructor(...args: [] | ConstructorParameters<DateConstructor>) {
    if (args.length === 0) super(RealDate.now() + offMs)
    else super(...(args as [number]))
  }
  static override now = () => RealDate.now() + offMs
} as DateConstructor

type Answer = (error: Error | null) => void
const lookup = dns.lookup as (...args: unknown[]) => void
dns.lookup = Object.assign((...args: unknown[]) => {
  if (dnsWorks) return lookup(...args)
  const answer = args.at(-1) as Answer
  const message = `getaddrinfo EAI_AGAIN ${args[0]}`
  process.nextTick(() => answer(Object.assign(new Error(message), { code: 'EAI_AGAIN', syscall: 'getaddrinfo' })))
}, dns.lookup)

/** Plain numbers, of which the garbage collector sees at once that they stay. */
async function exhaust(): Promise<never> {
  for (const held: number[][] = []; ; ) {
    held.push(new Array(1_000_000).fill(0.5))
    await setImmediate()
  }
}

process.on('message', (order: Order) => {
  if (order.kind === 'clock') offMs = order.ms
  else if (order.kind === 'dns') dnsWorks = order.works
  else void exhaust()
})
// The orders must not keep an instance alive that wants to end.
process.channel?.unref()
