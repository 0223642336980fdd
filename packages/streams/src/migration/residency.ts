import type { Arrive, Handover, Move, Route, TransferredState } from './control-records.ts'
import { compareEpochs, type Epoch, isGranted, laterEpoch, sameEpoch } from './epoch.ts'

/** The state that a task holds of a key. It travels whole when the key moves. */
export interface HeldState<State> {
  /** Where the key's outputs go; null before the first output. */
  route: Route | null
  /** The processor's state. */
  state: State
}

/** One stay of a key in a partition, from its `arrive` to its `move`. The changelog stores these fields under these names. */
export interface Residency<State> {
  /** Null for a key whose writer writes no markers, until the registrar grants it to this partition (rule 21). */
  readonly epoch: Epoch | null
  /** The partition that the key came from; null for a key that begins here. */
  readonly from: number | null
  /** The offset after the `arrive`; without markers, the offset of the key's first record. */
  readonly start: number
  /** Null while the handover is awaited. */
  held: HeldState<State> | null
  /** The offset at which the re-read of skipped records continues; null when there are none to read. */
  reread: number | null
  /** The offset of the `move`, once it was read; `to` and `next_epoch` are set with it. */
  end: number | null
  /** The partition that the key has moved to. */
  to: number | null
  /** The epoch of the key's arrival there. */
  next_epoch: Epoch | null
}

export type HeldResidency<State> = Residency<State> & { held: HeldState<State> }

/** Everything that a task knows of a key. */
export interface KeyEntry<State> {
  readonly key: string
  /** The epoch of the last `move` that was read; null if there was none, or if later records may have been truncated. */
  left: Epoch | null
  /** Handovers that were read before their `arrive`. */
  early: Handover[]
  /** Only in the registrar's partition and for a key that was claimed: which partition has the key (rule 21). */
  registration?: Registration | undefined
  /** Oldest first. A queue, because a key can go a → b → a → b before the first handover is read. */
  residencies: Residency<State>[]
  /** The number of further changelog records that hold parts of a large entry; absent or 0 if there are none. */
  parts?: number
}

/** Which partition a key without markers was granted to last. The changelog stores these fields under these names. */
export interface Registration {
  /** The number of the grant: the residency's epoch is `[-1, n]`. */
  readonly n: number
  readonly owner: number
  /** The partition from which the owner receives the state; null if there was none. */
  readonly from: number | null
  /** By partition, the offset of its newest claim that was read. */
  readonly claims: Readonly<Record<string, number>>
  /** The newest time (Unix ms) in the owner's state when it claimed the key with one; absent if it had none, or the key has moved since. */
  readonly seen_ms?: number
}

/** The task's next actions after an event. The entry is already changed. */
export interface Outcome {
  /** A state to hand over; `held` is null if there is none. */
  readonly pass?: { readonly to: number; readonly epoch: Epoch; readonly held: HeldState<unknown> | null }
  /** Name of a count to increment. */
  readonly count?: string
}

/** Makes new states, and reads states that were transferred. */
export interface StateFactory<State> {
  initial(key: string): State
  unpack(transferred: TransferredState): HeldState<State>
}

export const newEntry = <State>(key: string): KeyEntry<State> => ({ key, left: null, early: [], residencies: [] })

/** @returns the newest residency, if its `move` has not been read. */
export const openResidency = <State>(entry: KeyEntry<State>): Residency<State> | undefined => {
  const last = entry.residencies.at(-1)
  return last?.end === null ? last : undefined
}

/** @returns whether the state is here and every skipped record was read again. */
export const isLive = <State>(r: Residency<State>): r is HeldResidency<State> => r.held !== null && r.reread === null

/** @returns whether the key's writer writes no markers, as far as this residency shows. */
export const isWithoutMarkers = ({ epoch }: Residency<unknown>): boolean => epoch === null || isGranted(epoch)

export const newResidency = <State>(
  epoch: Epoch | null,
  from: number | null,
  start: number,
  held: HeldState<State> | null,
): Residency<State> => ({
  epoch,
  from,
  start,
  held,
  reread: null,
  end: null,
  to: null,
  next_epoch: null,
})

/** Takes the early handover of the epoch out of the entry, if its state fulfils a condition. @returns it, or nothing */
export function takeEarly<State>(
  entry: KeyEntry<State>,
  epoch: Epoch,
  isWanted: (state: TransferredState) => boolean,
): readonly Handover[] {
  const taken = entry.early.filter(h => sameEpoch(h.epoch, epoch) && h.state !== null && isWanted(h.state))
  entry.early = entry.early.filter(h => !taken.includes(h))
  return taken
}

/**
 * Rule 9: an `arrive` removes an open residency as lost, and begins a new one. The new residency is live at once if this is a
 * birth or its handover came early; otherwise it awaits its state.
 * @param offset of the `arrive`
 */
export function arrive<State>(
  entry: KeyEntry<State>,
  message: Arrive,
  offset: number,
  states: StateFactory<State>,
): Outcome {
  const open = openResidency(entry)
  if (open) entry.residencies.pop()
  const { epoch, from } = message
  const early = entry.early.find(h => sameEpoch(h.epoch, epoch))
  entry.early = entry.early.filter(h => compareEpochs(h.epoch, epoch) > 0)
  const fresh = () => ({ route: null, state: states.initial(entry.key) })
  const held = from === null ? fresh() : early ? (early.state ? states.unpack(early.state) : fresh()) : null
  entry.residencies.push(newResidency(epoch, from, offset + 1, held))
  return open ? { count: 'residencies_lost' } : early?.lost ? { count: 'states_lost' } : {}
}

/**
 * Rule 11: a `move` ends the open residency. A live residency is handed over at once. A residency that awaits its state stores
 * where it ends and where the key went. For a key without an open residency there is no state to hand over.
 * @param offset of the `move`
 */
export function move<State>(entry: KeyEntry<State>, message: Move, offset: number): Outcome {
  const { epoch, to } = message
  const open = openResidency(entry)
  if (!open) {
    entry.left = laterEpoch(entry.left, epoch)
    return { pass: { to, epoch, held: null }, count: 'moves_of_unknown_keys' }
  }
  if (isLive(open)) {
    entry.residencies.pop()
    entry.left = epoch
    return { pass: { to, epoch, held: open.held } }
  }
  Object.assign(open, { end: offset, to, next_epoch: epoch })
  entry.left = laterEpoch(entry.left, epoch)
  return {}
}

/**
 * Rule 12: the residency with the handover's exact epoch takes the state if it awaits one, and its skipped records are read again.
 * A handover whose `arrive` was not read yet is early. Any other handover is a repetition and ignored.
 * @param position of the input: records before it were skipped
 */
export function handover<State>(
  entry: KeyEntry<State>,
  message: Handover,
  position: number,
  states: StateFactory<State>,
): Outcome {
  const awaiting = entry.residencies.find(r => r.held === null && sameEpoch(r.epoch, message.epoch))
  if (awaiting) {
    awaiting.held = message.state ? states.unpack(message.state) : { route: null, state: states.initial(entry.key) }
    if (awaiting.start < (awaiting.end ?? position)) awaiting.reread = awaiting.start
    return message.lost ? { count: 'states_lost' } : {}
  }
  const newest = entry.residencies.reduce((latest, r) => laterEpoch(latest, r.epoch), entry.left)
  if (newest !== null && compareEpochs(message.epoch, newest) <= 0) return { count: 'handovers_ignored' }
  if (entry.early.some(h => sameEpoch(h.epoch, message.epoch))) return { count: 'handovers_ignored' }
  entry.early.push(message)
  const open = openResidency(entry)
  // Retention has truncated the `arrive`, and the key started unmarked: readers of its outputs know this route.
  if (open?.held && isWithoutMarkers(open) && message.state) open.held.route = message.state.route
  return {}
}

/** The last part of rule 12: hands over, oldest first, every state whose residency has ended and whose skipped records were read again. */
export function passOn<State>(entry: KeyEntry<State>): Outcome[] {
  const outcomes: Outcome[] = []
  for (const r of entry.residencies) {
    if (r.end === null || r.to === null || r.next_epoch === null || !isLive(r)) continue
    outcomes.push({ pass: { to: r.to, epoch: r.next_epoch, held: r.held } })
  }
  if (outcomes.length > 0) entry.residencies = entry.residencies.filter(r => r.end === null || !isLive(r))
  return outcomes
}

/**
 * Rule 14: whether a task that has read past its `move` will never hand over the state of the epoch: no residency here
 * leads to it. If the state was handed over before, that handover precedes the denial, which is then ignored.
 */
export const canDeny = <State>(entry: KeyEntry<State> | undefined, epoch: Epoch): boolean =>
  !entry?.residencies.some(r => sameEpoch(r.next_epoch, epoch))
