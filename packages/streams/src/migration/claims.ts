import type { Grant } from './control-records.ts'
import { compareEpochs, type Epoch, grantedEpoch, laterEpoch, sameEpoch } from './epoch.ts'
import {
  type HeldResidency,
  type HeldState,
  isWithoutMarkers,
  type KeyEntry,
  move,
  newResidency,
  type Outcome,
  openResidency,
  type Registration,
  type Residency,
  type StateFactory,
} from './residency.ts'
import { type Claimed, isRegranted, supersedes } from './superseded-states.ts'

/**
 * Keys without markers (rules 10 and 20 to 23). Their writer may place a key in another partition without announcing it, so
 * the partition in which the key's records appear has to find out which partition has the state. Every partition sends its
 * claims to the same one, the registrar, which orders them as a writer orders residencies by its markers.
 */
export const REGISTRAR = 0

/** The registrar's answer to a claim. */
export type Answer = Pick<Grant, 'epoch' | 'from' | 'retired'>

/** Rule 10: in a topic of one partition no other task can have the key. Its residency is live at once, without a grant. */
export function startAlone<State>(
  entry: KeyEntry<State>,
  offset: number,
  states: StateFactory<State>,
): HeldResidency<State> {
  const held = initialState(entry, states)
  const started = { ...newResidency(null, null, offset, held), held }
  entry.residencies.push(started)
  return started
}

/** Rule 20: the first record of a key without markers begins a residency that awaits the registrar's grant. */
export function claim<State>(entry: KeyEntry<State>, offset: number): void {
  entry.residencies.push(newResidency(null, null, offset, null))
}

/** If retention has deleted the key's `arrive`, an early handover has the route of its outputs. The state in it is not used, because records after it are missing. */
const initialState = <State>(entry: KeyEntry<State>, states: StateFactory<State>): HeldState<State> => ({
  route: entry.early.at(-1)?.state?.route ?? null,
  state: states.initial(entry.key),
})

/**
 * Rule 21: the registrar grants a claim. A repeated claim gets the same answer, unless the key was granted to another
 * partition since: then the claim is void, because its claimant may have had the key and passed it on.
 * @param entry of the registrar's partition
 * @returns null for an old repetition, which needs no answer
 */
export function register(entry: KeyEntry<unknown>, claim: Claimed): Answer | null {
  const { partition, offset, held, since_ms } = claim
  const known = registrationOf(entry)
  const newest = known?.claims[partition] ?? -1
  if (offset < newest) return null
  const isOwner = known?.owner === partition
  const isVoid = offset === newest || (held && !isOwner)
  if (known && isVoid && !supersedes(known, claim))
    return { epoch: grantedEpoch(known.n), from: isOwner ? known.from : null, retired: !isOwner }
  const from = known && !isOwner && !held ? known.owner : null
  const n = (known?.n ?? 0) + 1
  const claims = { ...known?.claims, [partition]: offset }
  entry.registration = { n, owner: partition, from, claims, ...(held && { seen_ms: -since_ms }) }
  return { epoch: grantedEpoch(n), from, retired: false }
}

/** @returns which partition has the key. The registrar's own partition may have begun the key while the topic had no other one. */
export function registrationOf(entry: KeyEntry<unknown>): Registration | undefined {
  const open = openResidency(entry)
  const isOwn = open?.held && isWithoutMarkers(open)
  return entry.registration ?? (isOwn ? { n: 0, owner: REGISTRAR, from: null, claims: {} } : undefined)
}

/**
 * Rule 22: a grant gives the residency that awaits it an epoch, and the partition to ask for the state. If no partition has
 * the state, the key starts with a new one, and the skipped records are read again.
 * @param position of the input: records before it were skipped
 */
export function grant<State>(
  entry: KeyEntry<State>,
  message: Omit<Grant, 'group' | 'pair'>,
  position: number,
  states: StateFactory<State>,
): Outcome {
  const { offset, epoch, from, retired } = message
  const at = entry.residencies.findIndex(r => r.start === offset && (r.epoch === null || isRegranted(r, message)))
  const claiming = entry.residencies[at]
  if (!claiming) return { count: 'grants_ignored' }
  if (retired) return retire(entry, claiming, epoch)
  const held = claiming.held ?? (from === null ? initialState(entry, states) : null)
  const isNew = held !== null && claiming.held === null
  const reread = isNew && offset < (claiming.end ?? position) ? offset : claiming.reread
  entry.residencies[at] = { ...claiming, epoch, from, held, reread }
  return isNew ? { count: 'unmarked_keys' } : {}
}

/** Drops a residency of a void claim, which must not publish. */
function retire<State>(entry: KeyEntry<State>, retired: Residency<State>, epoch: Epoch): Outcome {
  entry.residencies = entry.residencies.filter(r => r !== retired)
  entry.left = laterEpoch(entry.left, epoch)
  const { to, next_epoch } = retired
  const pass = to !== null && next_epoch !== null ? { pass: { to, epoch: next_epoch, held: null } } : {}
  return { ...pass, count: 'unmarked_keys_retired' }
}

/**
 * Rule 23: the previous owner hands the state over to the partition that the key was granted to, as if it had read a `move`.
 * @param entry of the asked partition
 * @param asked the epoch of the residency that needs the state, and its partition
 * @param position of the input: records from here on are not in the state
 */
export function release<State>(
  entry: KeyEntry<State>,
  asked: { readonly epoch: Epoch; readonly to: number },
  position: number,
): Outcome {
  const { epoch, to } = asked
  if (entry.residencies.some(r => sameEpoch(r.next_epoch, epoch))) return {}
  const open = openResidency(entry)
  const isOlder =
    open && isWithoutMarkers(open) && (open.epoch ? compareEpochs(open.epoch, epoch) < 0 : open.held !== null)
  if (!isOlder) return { pass: { to, epoch, held: null } }
  return { ...move(entry, { pair: entry.key, ...asked }, position), count: 'unmarked_moves' }
}
