import { describe, expect, it } from 'vitest'
import * as claims from '../../src/migration/claims.ts'
import type { Handover } from '../../src/migration/control-records.ts'
import * as residency from '../../src/migration/residency.ts'
import { answerToVoid, dropOlder, objection, supersededBy } from '../../src/migration/superseded-states.ts'

interface State {
  readonly of: string
}

const states: residency.StateFactory<State> = {
  initial: key => ({ of: `new ${key}` }),
  unpack: ({ route, state }) => ({ route, state: state as State }),
}
const ROUTE = { partition: 4, epoch: [0, 3] as const, partitions: 5 }
const entryOf = () => residency.newEntry<State>('k')
const handover = (n: number, of: string): Handover => ({
  ...{ group: 'g', pair: 'k', epoch: [-1, n], lost: false },
  state: { v: 1, config: '', route: ROUTE, state: { of } },
})
/** A live residency under the nth grant, which began at the offset. */
function owning(n: number, offset = 3) {
  const entry = entryOf()
  claims.claim(entry, offset)
  claims.grant(entry, { offset, epoch: [-1, n], from: null, retired: false }, offset, states)
  return entry
}

describe('the first record of a key without markers in the only partition (rule 10)', () => {
  it('begins a live residency without an epoch', () => {
    const entry = entryOf()
    claims.startAlone(entry, 5, states)
    expect(entry.residencies).toMatchObject([{ epoch: null, from: null, start: 5, held: { route: null } }])
    expect(residency.isLive(entry.residencies[0]!)).toBe(true)
  })

  it('takes the route, and nothing else, of a handover whose arrive retention has truncated', () => {
    const entry = entryOf()
    residency.handover(entry, { ...handover(0, 'old'), epoch: [1, 0] }, 0, states)
    claims.startAlone(entry, 5, states)
    expect(entry.residencies[0]!.held).toEqual({ route: ROUTE, state: { of: 'new k' } })
  })
})

const claim = (partition: number, offset: number, seenMs?: number, objectsTo?: number) => ({
  ...{ partition, offset, held: seenMs !== undefined },
  since_ms: seenMs === undefined ? 1 : -seenMs,
  ...(objectsTo && { objects_to: [-1, objectsTo] as const }),
})

describe('the registrar (rule 21)', () => {
  it('grants a new key without a partition to ask, and later claims with the previous owner', () => {
    const entry = entryOf()
    expect(claims.register(entry, claim(2, 7))).toEqual({ epoch: [-1, 1], from: null, retired: false })
    expect(claims.register(entry, claim(1, 3))).toEqual({ epoch: [-1, 2], from: 2, retired: false })
    expect(claims.register(entry, claim(2, 9))).toEqual({ epoch: [-1, 3], from: 1, retired: false })
  })

  it('repeats its answer to a repeated claim until another partition is granted the key', () => {
    const entry = entryOf()
    claims.register(entry, claim(2, 7))
    const granted = claims.register(entry, claim(1, 3))
    expect(claims.register(entry, claim(1, 3))).toEqual(granted)
    expect(entry.registration).toEqual({ n: 2, owner: 1, from: 2, claims: { 2: 7, 1: 3 } })
  })

  it('voids the claim of a partition that may have had the key and passed it on', () => {
    const entry = entryOf()
    claims.register(entry, claim(2, 7))
    claims.register(entry, claim(1, 3))
    expect(claims.register(entry, claim(2, 7))).toEqual({ epoch: [-1, 2], from: null, retired: true })
    claims.register(entry, claim(2, 9))
    expect(claims.register(entry, claim(2, 7))).toBeNull()
    expect(entry.registration?.owner).toBe(2)
  })

  it('names no previous owner to a partition that has lost the key which it was granted', () => {
    const entry = entryOf()
    claims.register(entry, claim(2, 7))
    expect(claims.register(entry, claim(2, 9))).toEqual({ epoch: [-1, 2], from: null, retired: false })
  })

  it('knows that it has had the key since before the topic had other partitions', () => {
    const entry = entryOf()
    claims.startAlone(entry, 0, states)
    expect(claims.register(entry, claim(1, 3))).toEqual({ epoch: [-1, 1], from: 0, retired: false })
  })

  it('lets only one of several partitions keep a state from before there were claims', () => {
    const entry = entryOf()
    expect(claims.register(entry, claim(2, 7, 50))).toEqual({ epoch: [-1, 1], from: null, retired: false })
    expect(claims.register(entry, claim(1, 3, 50))).toEqual({ epoch: [-1, 1], from: null, retired: true })
  })
})

describe('a state of the registrar from before there were claims (rule 21)', () => {
  const known = () => {
    const entry = entryOf()
    claims.startAlone(entry, 3, states)
    return entry
  }
  const drop = (entry: residency.KeyEntry<State>, claimed: Partial<ReturnType<typeof claim>>) =>
    dropOlder(entry, { held: true, since_ms: -20, ...claimed }, () => 10)

  it('is dropped if the claimant has a state that has seen newer records', () => {
    const entry = known()
    expect(drop(entry, {})).toEqual({ count: 'unmarked_keys_retired' })
    expect(entry.residencies).toEqual([])
    expect(claims.register(entry, claim(1, 7, 20))).toEqual({ epoch: [-1, 1], from: null, retired: false })
    expect(claims.register(entry, claim(0, 9))).toEqual({ epoch: [-1, 2], from: 1, retired: false })
  })

  it('stays if it has seen newer records itself, or the claimant has no state', () => {
    for (const claimed of [{ since_ms: -10 }, { since_ms: 0 }, { held: false }]) {
      const entry = known()
      expect(drop(entry, claimed)).toEqual({})
      expect(entry.residencies).toHaveLength(1)
    }
  })

  it('stays once the key was granted', () => {
    const entry = known()
    claims.register(entry, claim(2, 7))
    expect(drop(entry, {})).toEqual({})
    expect(entry.residencies).toHaveLength(1)
  })
})

describe('two states from before there were claims, in partitions other than the registrar (rule 21)', () => {
  /** The registrar's answer to the claimant, and what it sends to the owner before. */
  const decided = (entry: residency.KeyEntry<State>, claimed: ReturnType<typeof claim>) => {
    const before = claims.registrationOf(entry)
    const registered = claims.register(entry, claimed)
    if (!registered) return { answer: null, owner: null }
    const answer = { ...registered, ...answerToVoid(before, claimed, registered, undefined) }
    return { answer, owner: supersededBy(before, claimed, registered) }
  }

  it('leave the newer one, also if the older one was granted the key first', () => {
    const entry = entryOf()
    decided(entry, claim(2, 7, 50))
    expect(decided(entry, claim(1, 3, 60))).toEqual({
      answer: { epoch: [-1, 2], from: null, retired: false },
      owner: { to: 2, answer: { offset: 7, epoch: [-1, 2], from: null, retired: true, seen_ms: 60 } },
    })
    expect(decided(entry, claim(3, 0, 55))).toEqual({
      answer: { epoch: [-1, 2], from: null, retired: true, seen_ms: 60 },
      owner: null,
    })
  })

  it('leave the first one if its state has become newer meanwhile, whatever the other one says then', () => {
    const entry = entryOf()
    decided(entry, claim(2, 7, 50))
    decided(entry, claim(1, 3, 60))
    expect(decided(entry, claim(2, 7, 70, 2))).toEqual({
      answer: { epoch: [-1, 3], from: null, retired: false },
      owner: {
        to: 1,
        answer: { offset: 3, epoch: [-1, 3], from: null, retired: true, seen_ms: Number.MAX_SAFE_INTEGER },
      },
    })
  })

  it('leave the one that has the key if the key has moved since it was claimed with a state', () => {
    const entry = entryOf()
    decided(entry, claim(2, 7, 50))
    decided(entry, claim(3, 1))
    expect(decided(entry, claim(1, 3, 60))).toEqual({
      answer: { epoch: [-1, 2], from: null, retired: true, seen_ms: Number.MAX_SAFE_INTEGER },
      owner: null,
    })
  })

  it('change nothing for a claim that was repeated before its grant was read, as its state may be dropped since', () => {
    const entry = entryOf()
    decided(entry, claim(2, 7, 50))
    decided(entry, claim(1, 3, 60))
    expect(decided(entry, claim(2, 7, 70))).toEqual({
      answer: { epoch: [-1, 2], from: null, retired: true },
      owner: null,
    })
  })

  it('make an owner drop its state whose objection comes after a third state has replaced the second', () => {
    const entry = entryOf()
    decided(entry, claim(2, 7, 50))
    decided(entry, claim(1, 3, 60))
    decided(entry, claim(3, 0, 90))
    expect(decided(entry, claim(2, 7, 70, 2))).toEqual({
      answer: { epoch: [-1, 2], from: null, retired: true, seen_ms: Number.MAX_SAFE_INTEGER },
      owner: null,
    })
  })

  const replaced = (seen_ms?: number) =>
    ({ offset: 3, epoch: [-1, 2], from: null, retired: true, ...(seen_ms && { seen_ms }) }) as const

  it('make the owner drop the older one', () => {
    const entry = owning(1)
    expect(objection(entry, replaced(60), () => 60)).toBeNull()
    expect(claims.grant(entry, replaced(60), 8, states)).toEqual({ count: 'unmarked_keys_retired' })
    expect([entry.residencies, entry.left]).toEqual([[], [-1, 2]])
  })

  it('let the owner object once, and go on under a new grant', () => {
    const entry = owning(1)
    const { held } = entry.residencies[0]!
    expect(objection(entry, replaced(60), () => 70)).toEqual({
      ...{ offset: 3, since_ms: -70, held: true },
      objects_to: [-1, 2],
    })
    claims.grant(entry, { ...replaced(), epoch: [-1, 3], retired: false }, 8, states)
    expect(entry.residencies).toMatchObject([{ epoch: [-1, 3], held, reread: owning(1).residencies[0]!.reread }])
    expect(objection(entry, replaced(Number.MAX_SAFE_INTEGER), () => 70)).toBeNull()
  })
})

describe('a grant (rule 22)', () => {
  it('without a partition to ask starts the key without a state and has the skipped records read again', () => {
    const entry = entryOf()
    claims.claim(entry, 3)
    const outcome = claims.grant(entry, { offset: 3, epoch: [-1, 1], from: null, retired: false }, 8, states)
    expect(outcome).toEqual({ count: 'unmarked_keys' })
    expect(entry.residencies).toMatchObject([{ epoch: [-1, 1], held: { state: { of: 'new k' } }, reread: 3 }])
  })

  it('with a partition to ask awaits the state, into which the skipped records are then read again', () => {
    const entry = entryOf()
    claims.claim(entry, 3)
    claims.grant(entry, { offset: 3, epoch: [-1, 2], from: 2, retired: false }, 8, states)
    expect(entry.residencies).toMatchObject([{ epoch: [-1, 2], from: 2, held: null, reread: null }])
    residency.handover(entry, handover(1, 'stale'), 8, states)
    expect(entry.residencies[0]!.held).toBeNull()
    residency.handover(entry, handover(2, 'right'), 8, states)
    expect(entry.residencies).toMatchObject([{ held: { route: ROUTE, state: { of: 'right' } }, reread: 3 }])
  })

  it('of another claim, or a repeated one, changes nothing', () => {
    const entry = owning(1)
    const before = structuredClone(entry)
    const other = { offset: 2, epoch: [-1, 9], from: 2, retired: false } as const
    const repeated = { ...other, offset: 3 }
    const voided = { ...repeated, from: null, retired: true }
    for (const grant of [other, repeated, voided])
      expect(claims.grant(entry, grant, 8, states)).toEqual({ count: 'grants_ignored' })
    expect(entry).toEqual(before)
  })

  it('to a key that its writer has marked meanwhile changes nothing', () => {
    const entry = entryOf()
    claims.claim(entry, 3)
    residency.arrive(entry, { pair: 'k', epoch: [0, 0], from: null }, 5, states)
    const grant = { offset: 3, epoch: [-1, 1] as const, from: null, retired: false }
    expect(claims.grant(entry, grant, 8, states)).toEqual({ count: 'grants_ignored' })
    expect(entry.residencies).toMatchObject([{ epoch: [0, 0] }])
  })

  it('that is void drops the residency, and sends a handover without a state to the partition to which the key had moved', () => {
    const entry = entryOf()
    claims.claim(entry, 3)
    residency.move(entry, { pair: 'k', epoch: [1, 0], to: 2 }, 6)
    const outcome = claims.grant(entry, { offset: 3, epoch: [-1, 4], from: null, retired: true }, 8, states)
    expect(outcome).toEqual({ pass: { to: 2, epoch: [1, 0], held: null }, count: 'unmarked_keys_retired' })
    expect([entry.residencies, entry.left]).toEqual([[], [1, 0]])
  })
})

describe('the previous owner (rule 23)', () => {
  it('hands over its state and publishes nothing more', () => {
    const entry = owning(1)
    const { held } = entry.residencies[0]!
    expect(claims.release(entry, { epoch: [-1, 2], to: 2 }, 8)).toEqual({
      ...{ pass: { to: 2, epoch: [-1, 2], held }, count: 'unmarked_moves' },
    })
    expect([entry.residencies, entry.left]).toEqual([[], [-1, 2]])
  })

  it('ends a residency whose state it still awaits, and passes the state on when it comes', () => {
    const entry = entryOf()
    claims.claim(entry, 3)
    claims.grant(entry, { offset: 3, epoch: [-1, 2], from: 2, retired: false }, 8, states)
    expect(claims.release(entry, { epoch: [-1, 3], to: 1 }, 9)).toEqual({ count: 'unmarked_moves' })
    expect(claims.release(entry, { epoch: [-1, 3], to: 1 }, 9)).toEqual({})
    residency.handover(entry, handover(2, 'right'), 9, states)
    entry.residencies[0]!.reread = null
    expect(residency.passOn(entry)).toMatchObject([
      { pass: { to: 1, epoch: [-1, 3], held: { state: { of: 'right' } } } },
    ])
  })

  it('answers that there is no state if it has the key again, under a later grant or an unanswered claim', () => {
    const denial = { pass: { to: 2, epoch: [-1, 2], held: null } }
    expect(claims.release(owning(3), { epoch: [-1, 2], to: 2 }, 8)).toEqual(denial)
    const claiming = entryOf()
    claims.claim(claiming, 3)
    expect(claims.release(claiming, { epoch: [-1, 2], to: 2 }, 8)).toEqual(denial)
    expect(claims.release(entryOf(), { epoch: [-1, 2], to: 2 }, 8)).toEqual(denial)
  })

  it('keeps a key whose writer writes markers', () => {
    const entry = entryOf()
    residency.arrive(entry, { pair: 'k', epoch: [0, 0], from: null }, 5, states)
    expect(claims.release(entry, { epoch: [-1, 2], to: 2 }, 8)).toEqual({ pass: { to: 2, epoch: [-1, 2], held: null } })
    expect(entry.residencies).toHaveLength(1)
  })
})
