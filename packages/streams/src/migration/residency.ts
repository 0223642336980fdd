import type { Arrive, Handover, Move, Route, TransferredState } from './control-records.ts'
import { compareEpochs, type Epoch, laterEpoch, sameEpoch } from './epoch.ts'

/** What a task has of a key that is its own: it travels whole when the key moves. */
export interface Held<State> {
  route: Route | null
  state: State
}

/** One residency of a key in a partition, from its `arrive` to its `move`. */
export interface Residency<State> {
  /** Null for a key whose writer marks nothing. */
  readonly epoch: Epoch | null
  readonly from: number | null
  /** The offset after the `arrive`. */
  readonly start: number
  /** Null while the handover is awaited. */
  held: Held<State> | null
  /** Where the re-read of what was only noted goes on; null when there is none to do. */
  reread: number | null
  /** The offset of the `move`, once it was read; then `to` and `next_epoch` are set as well. */
  end: number | null
  to: number | null
  next_epoch: Epoch | null
}

/** All that a task knows of a key. Residencies are a queue, as a → b → a → b can happen before the first handover comes. */
export interface KeyEntry<State> {
  readonly key: string
  /** The epoch under which the key was last told to leave; null also when what came since may have been cut. */
  left: Epoch | null
  /** Handovers that came before their `arrive` was read. */
  early: Handover[]
  residencies: Residency<State>[]
}

/** What an event asks the task to do; the entry itself is already changed. */
export interface Outcome {
  /** A state to pass on: `held` null where there is none. */
  readonly pass?: { readonly to: number; readonly epoch: Epoch; readonly held: Held<unknown> | null }
  /** Something to count by name. */
  readonly count?: string
}

/** How states are made and taken out of the transferred. */
export interface StateFactory<State> {
  initial(key: string): State
  unpack(transferred: TransferredState): Held<State>
}

export const newEntry = <State>(key: string): KeyEntry<State> => ({ key, left: null, early: [], residencies: [] })

/** Whether the entry says no more than none would. */
export const isNothing = ({ left, early, residencies }: KeyEntry<unknown>): boolean =>
  left === null && early.length === 0 && residencies.length === 0

export const openResidency = <State>(entry: KeyEntry<State>): Residency<State> | undefined => {
  const last = entry.residencies.at(-1)
  return last?.end === null ? last : undefined
}

/** A residency whose state is here and whose noted records are all read. */
export const isLive = <State>(t: Residency<State>): t is Residency<State> & { held: Held<State> } =>
  t.held !== null && t.reread === null

const newResidency = <State>(epoch: Epoch | null, from: number | null, start: number, held: Held<State> | null) => ({
  epoch,
  from,
  start,
  held,
  reread: null,
  end: null,
  to: null,
  next_epoch: null,
})

/** @returns the early handover of the epoch if its state is of that kind, which then is not early any more. */
export function takeEarly<State>(
  entry: KeyEntry<State>,
  epoch: Epoch,
  isWanted: (state: TransferredState) => boolean,
): readonly Handover[] {
  const taken = entry.early.filter(h => sameEpoch(h.epoch, epoch) && h.state !== null && isWanted(h.state))
  entry.early = entry.early.filter(h => !taken.includes(h))
  return taken
}

/** Rule 9. @returns the new residency and what else follows. */
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
  return open ? { count: 'tenures_lost' } : early?.lost ? { count: 'states_lost' } : {}
}

/**
 * Rule 10, a key whose writer marks nothing: its first record starts it. Where retention has cut its `arrive`, what
 * should have met it says where its outputs were; the state is its own, as records are missing.
 */
export function startUnmarked<State>(entry: KeyEntry<State>, offset: number, states: StateFactory<State>): void {
  const route = entry.early.at(-1)?.state?.route ?? null
  entry.residencies.push(newResidency(null, null, offset, { route, state: states.initial(entry.key) }))
}

/** Rule 11. */
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

/** Rule 12: gives the state to the residency that awaits it, which then has a re-read to do up to its end or `position`. */
export function handover<State>(
  entry: KeyEntry<State>,
  message: Handover,
  position: number,
  states: StateFactory<State>,
): Outcome {
  const awaiting = entry.residencies.find(t => t.held === null && sameEpoch(t.epoch, message.epoch))
  if (awaiting) {
    awaiting.held = message.state ? states.unpack(message.state) : { route: null, state: states.initial(entry.key) }
    if (awaiting.start < (awaiting.end ?? position)) awaiting.reread = awaiting.start
    return message.lost ? { count: 'states_lost' } : {}
  }
  const newest = entry.residencies.reduce((latest, t) => laterEpoch(latest, t.epoch), entry.left)
  if (newest !== null && compareEpochs(message.epoch, newest) <= 0) return { count: 'handovers_ignored' }
  if (entry.early.some(h => sameEpoch(h.epoch, message.epoch))) return { count: 'handovers_ignored' }
  entry.early.push(message)
  const open = openResidency(entry)
  // Retention has cut its `arrive` and it has started unmarked: those who read its outputs know the route that comes now.
  if (open?.held && open.epoch === null && message.state) open.held.route = message.state.route
  return {}
}

/** The second half of rule 12: passes on, oldest first, what is read to its end. */
export function passOn<State>(entry: KeyEntry<State>): Outcome[] {
  const outcomes: Outcome[] = []
  for (const t of entry.residencies) {
    if (t.end === null || t.to === null || t.next_epoch === null || !isLive(t)) continue
    outcomes.push({ pass: { to: t.to, epoch: t.next_epoch, held: t.held } })
  }
  if (outcomes.length > 0) entry.residencies = entry.residencies.filter(t => t.end === null || !isLive(t))
  return outcomes
}

/** Rule 14: whether the task that is asked for a state will never have it to give. */
export const canDeny = <State>(entry: KeyEntry<State> | undefined, epoch: Epoch): boolean =>
  !entry?.residencies.some(t => sameEpoch(t.next_epoch, epoch))
