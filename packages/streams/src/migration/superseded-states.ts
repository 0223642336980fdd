import type { Claim, Grant } from './control-records.ts'
import { compareEpochs, grantedEpoch, isGranted, sameEpoch } from './epoch.ts'
import {
  type HeldState,
  type KeyEntry,
  type Outcome,
  openResidency,
  type Registration,
  type Residency,
} from './residency.ts'

/**
 * Rule 21 for states of a version without claims: several partitions may have begun the same key. The state that has seen the
 * newest time goes on, whichever is claimed first. If an older one went on, it would publish windows once more that the newer
 * one has published.
 */

/** A time that no state has seen. */
const NOT_TO_OBJECT = Number.MAX_SAFE_INTEGER

/** The fields of a claim that decide about it. */
export type Claimed = Pick<Claim, 'partition' | 'offset' | 'held' | 'since_ms' | 'objects_to'>

/**
 * Rule 21: in a version without claims the registrar's own partition and the claimant may both have begun the key. If the
 * claimant has seen newer records, the registrar drops its own state. If that state were handed over, windows that the claimant
 * has published since would be published again.
 * @param entry of the registrar's partition
 */
export function dropOlder<State>(
  entry: KeyEntry<State>,
  { held, since_ms }: Pick<Claim, 'held' | 'since_ms'>,
  seenMs: (held: HeldState<State>) => number,
): Outcome {
  const open = openResidency(entry)
  if (!held || entry.registration || !open?.held || open.epoch !== null || seenMs(open.held) >= -since_ms) return {}
  entry.residencies = entry.residencies.filter(r => r !== open)
  return { count: 'unmarked_keys_retired' }
}

/** @returns whether the partition was granted the key for this claim before. */
const wasGranted = ({ claims }: Registration, { partition, offset }: Claimed): boolean => claims[partition] === offset

/**
 * @returns whether the claimant's state is newer than that of the owner, which claimed the key with a state, too. A partition that
 *   was granted the key before may have dropped its state since, unless it objects to the newest grant.
 */
export function supersedes(known: Registration, claim: Claimed): boolean {
  const { owner, seen_ms, n } = known
  const { partition, held, since_ms, objects_to } = claim
  if (!held || owner === partition || seen_ms === undefined || -since_ms <= seen_ms) return false
  return !wasGranted(known, claim) || sameEpoch(objects_to ?? null, grantedEpoch(n))
}

/**
 * Rule 21: the answer to a void claim with a state says how new the state is that is kept, because the claimant's may have become
 * newer meanwhile, and the registrar may have granted a later repetition of the claim. The answer to an objection that comes too
 * late has the epoch that it objects to, so that it drops no residency of a later grant.
 * @param before the registration before the claim
 * @param ownMs the newest time in the registrar's own state, if the key was never claimed
 */
export function answerToVoid(
  before: Registration | undefined,
  claim: Claimed,
  { epoch, retired }: Pick<Grant, 'epoch' | 'retired'>,
  ownMs: number | undefined,
): Partial<Pick<Grant, 'epoch' | 'seen_ms'>> {
  if (!before || !retired || !claim.held) return {}
  if (!wasGranted(before, claim)) return { epoch, seen_ms: before.seen_ms ?? ownMs ?? NOT_TO_OBJECT }
  return claim.objects_to ? { epoch: claim.objects_to, seen_ms: NOT_TO_OBJECT } : {}
}

/**
 * Rule 21: the owner whose state is replaced by a newer one has to drop it. Its state may have become newer since it claimed
 * the key, so it may object; a partition that is replaced by an objection may not.
 * @param before the registration before the claim
 * @returns the grant for the owner, and its partition; null if the claim replaces nobody
 */
export function supersededBy(
  before: Registration | undefined,
  claim: Claimed,
  { epoch, retired }: Pick<Grant, 'epoch' | 'retired'>,
): { readonly to: number; readonly answer: Omit<Grant, 'group' | 'pair'> } | null {
  if (!before || retired || !supersedes(before, claim)) return null
  const { owner, claims } = before
  const seen_ms = wasGranted(before, claim) ? NOT_TO_OBJECT : -claim.since_ms
  return { to: owner, answer: { offset: claims[owner] ?? 0, epoch, from: null, retired: true, seen_ms } }
}

/**
 * Rule 21: a state may have become newer since its partition was granted the key.
 * @returns the claim with which the partition objects to being replaced; null if the other state is newer
 */
export function objection<State>(
  entry: KeyEntry<State>,
  { offset, epoch, retired, seen_ms }: Pick<Grant, 'offset' | 'epoch' | 'retired' | 'seen_ms'>,
  seenMs: (held: HeldState<State>) => number,
): Omit<Claim, 'group' | 'pair' | 'partition'> | null {
  const open = openResidency(entry)
  if (!retired || seen_ms === undefined || !open?.held || open.start !== offset) return null
  const ownMs = seenMs(open.held)
  return ownMs > seen_ms ? { offset, since_ms: -ownMs, held: true, objects_to: epoch } : null
}

/**
 * Rule 22 for a residency that has its state and was granted before: a newer grant drops it, or follows its objection.
 * The answer to a claim that was repeated before the first grant was read does neither.
 */
export const isRegranted = (
  r: Residency<unknown>,
  { epoch, from, retired, seen_ms }: Omit<Grant, 'group' | 'pair'>,
): boolean =>
  r.held !== null &&
  r.end === null &&
  from === null &&
  retired === (seen_ms !== undefined) &&
  isGranted(r.epoch) &&
  compareEpochs(r.epoch, epoch) < 0
