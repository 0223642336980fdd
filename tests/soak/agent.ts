import dns from 'node:dns'
import { setImmediate } from 'node:timers/promises'

/** Faults that the platform causes inside an instance. */
export type Order =
  /** Shifts the wall clock by this many milliseconds. The monotonic clock stays right, as on real machines. */
  | { readonly kind: 'clock'; readonly ms: number }
  /** Whether host names can be resolved. */
  | { readonly kind: 'dns'; readonly works: boolean }
  /** The instance allocates memory until it dies. */
  | { readonly kind: 'exhaust' }

/** Loaded into each instance before its own code; carries out the faults that the soak orders. */
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

/** Plain numbers, which the garbage collector promotes at once. */
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
// The channel for orders must not keep an instance alive that has finished.
process.channel?.unref()
