import { describe, expect, it } from 'vitest'
import type { Arrive, Handover } from '../../src/migration/control-records.ts'
import type { Epoch } from '../../src/migration/epoch.ts'
import * as residency from '../../src/migration/residency.ts'

interface State {
  readonly of: string
}
type Entry = residency.KeyEntry<State>

const states: residency.StateFactory<State> = {
  initial: key => ({ of: `new ${key}` }),
  unpack: ({ route, state }) => ({ route, state: state as State }),
}
const ROUTE = { partition: 4, epoch: [0, 3] as const, partitions: 5 }
const held = (of: string) => ({ route: ROUTE, state: { of } })

const arriving = (epoch: Epoch, from: number | null): Arrive => ({ pair: 'k', epoch, from })
const state = (epoch: Epoch, of: string | null): Handover => ({
  group: 'g',
  pair: 'k',
  epoch,
  state: of === null ? null : { v: 1, config: '', ...held(of) },
  lost: of === null,
})

/** An entry that events are applied to; what follows from each is kept as `handed over` lines and counts. */
class Key {
  readonly entry: Entry = residency.newEntry('k')
  readonly happened: string[] = []

  arrive(offset: number, epoch: Epoch, from: number | null): this {
    return this.#note(residency.arrive(this.entry, arriving(epoch, from), offset, states))
  }

  move(offset: number, epoch: Epoch, to: number): this {
    return this.#note(residency.move(this.entry, { pair: 'k', epoch, to }, offset))
  }

  handover(epoch: Epoch, of: string | null, position: number): this {
    this.#note(residency.handover(this.entry, state(epoch, of), position, states))
    return this.passOn()
  }

  passOn(): this {
    for (const outcome of residency.passOn(this.entry)) this.#note(outcome)
    return this
  }

  /** Notes that the key's skipped records were read again. */
  readAgain(): this {
    for (const r of this.entry.residencies) if (r.held) r.reread = null
    return this.passOn()
  }

  /** Each residency: its epoch, its state, and the range that has to be read again. */
  get residencies(): string[] {
    return this.entry.residencies.map(({ epoch, held, reread, end }) => {
      const range = reread === null ? '' : ` reads ${reread} to ${end ?? 'the position'}`
      return `${epoch}: ${held ? held.state.of : 'awaits'}${range}`
    })
  }

  #note({ pass, count }: residency.Outcome): this {
    if (pass) {
      const { of } = (pass.held?.state ?? { of: 'nothing' }) as State
      this.happened.push(`${of} to ${pass.to} under ${pass.epoch}`)
    }
    if (count) this.happened.push(count)
    return this
  }
}

const key = () => new Key()

describe('an arrive (rule 9)', () => {
  it('begins a live residency with a new state at a birth', () => {
    const born = key().arrive(7, [0, 0], null)
    expect(born.residencies).toEqual(['0,0: new k'])
    expect(residency.isLive(born.entry.residencies[0]!)).toBe(true)
    expect(born.entry.residencies[0]!.start).toBe(8)
  })

  it('begins a residency that awaits its state when the key comes from another partition', () => {
    expect(key().arrive(7, [1, 0], 2).residencies).toEqual(['1,0: awaits'])
  })

  it('removes an open residency as lost, and counts it', () => {
    const twice = key().arrive(1, [0, 0], null).arrive(5, [2, 0], 3)
    expect(twice.residencies).toEqual(['2,0: awaits'])
    expect(twice.happened).toEqual(['residencies_lost'])
  })

  it('applies the early handover of its epoch, and drops handovers of older epochs', () => {
    const early = key().handover([1, 0], 'old', 0).handover([2, 0], 'right', 0).handover([3, 0], 'next', 0)
    expect(early.arrive(9, [2, 0], 1).residencies).toEqual(['2,0: right'])
    expect(early.entry.early.map(({ epoch }) => epoch)).toEqual([[3, 0]])
  })

  it('counts a state that was lost on its way', () => {
    const lost = key().handover([1, 0], null, 0).arrive(3, [1, 0], 1)
    expect([lost.residencies, lost.happened]).toEqual([['1,0: new k'], ['states_lost']])
  })
})

describe('a move (rule 11)', () => {
  it('hands over the state of a live residency, and remembers the epoch', () => {
    const moved = key().arrive(0, [0, 0], null).move(4, [1, 0], 2)
    expect(moved.happened).toEqual(['new k to 2 under 1,0'])
    expect([moved.residencies, moved.entry.left]).toEqual([[], [1, 0]])
  })

  it('ends a residency that awaits its state, and hands nothing over yet', () => {
    const moved = key().arrive(0, [1, 0], 3).move(4, [2, 0], 2)
    expect([moved.residencies, moved.happened]).toEqual([['1,0: awaits'], []])
    expect(moved.entry.residencies[0]).toMatchObject({ end: 4, to: 2, next_epoch: [2, 0] })
  })

  it('sends a handover without a state for a key that is not here, and counts it', () => {
    expect(key().move(4, [1, 0], 2).happened).toEqual(['nothing to 2 under 1,0', 'moves_of_unknown_keys'])
  })
})

describe('a handover (rule 12)', () => {
  it('gives the state to the residency that awaits it, whose skipped records are read again', () => {
    const given = key().arrive(4, [1, 0], 0).handover([1, 0], 'mine', 9)
    expect(given.residencies).toEqual(['1,0: mine reads 5 to the position'])
    expect(given.readAgain().residencies).toEqual(['1,0: mine'])
  })

  it('makes the key live at once if no record was skipped', () => {
    expect(key().arrive(4, [1, 0], 0).handover([1, 0], 'mine', 5).residencies).toEqual(['1,0: mine'])
  })

  it('starts the key without a state if the state is lost, and counts it', () => {
    const lost = key().arrive(4, [1, 0], 0).handover([1, 0], null, 5)
    expect([lost.residencies, lost.happened]).toEqual([['1,0: new k'], ['states_lost']])
  })

  it('is kept when it comes before its arrive, once', () => {
    const early = key().handover([1, 0], 'mine', 0).handover([1, 0], 'again', 0)
    expect(early.entry.early).toHaveLength(1)
    expect(early.happened).toEqual(['handovers_ignored'])
  })

  it.each([
    ['of an older residency', key().arrive(0, [2, 0], 1), [1, 0] as Epoch],
    ['of a residency that has its state', key().arrive(0, [1, 0], 1).handover([1, 0], 'mine', 1), [1, 0] as Epoch],
    ['of a key that has left since', key().arrive(0, [0, 0], null).move(1, [2, 0], 3), [1, 0] as Epoch],
  ])('is ignored and counted when it is one %s', (_, at, epoch) => {
    const before = at.residencies
    at.handover(epoch, 'late', 9)
    expect([at.residencies, at.happened.at(-1), at.entry.early]).toEqual([before, 'handovers_ignored', []])
  })

  it('passes a state on after its residency was read to the end', () => {
    const through = key().arrive(4, [1, 0], 0).move(8, [2, 0], 3).handover([1, 0], 'mine', 20)
    expect([through.residencies, through.happened]).toEqual([['1,0: mine reads 5 to 8'], []])
    expect(through.readAgain().happened).toEqual(['mine to 3 under 2,0'])
    expect(through.residencies).toEqual([])
  })
})

describe('a key that goes a → b → a → b before any handover is read (rule 8)', () => {
  const twiceHere = () => key().arrive(4, [1, 0], 0).move(8, [2, 0], 0).arrive(12, [3, 0], 0)

  it('has two residencies, and each takes the state of its own epoch', () => {
    const back = twiceHere()
    expect(back.residencies).toEqual(['1,0: awaits', '3,0: awaits'])
    back.handover([1, 0], 'first', 15).readAgain()
    expect(back.happened).toEqual(['first to 0 under 2,0'])
    expect(back.residencies).toEqual(['3,0: awaits'])
    expect(back.handover([3, 0], 'second', 15).residencies).toEqual(['3,0: second reads 13 to the position'])
  })

  it('takes handovers in the wrong order', () => {
    const back = twiceHere().handover([3, 0], 'second', 15).handover([1, 0], 'first', 15)
    expect(back.residencies).toEqual(['1,0: first reads 5 to 8', '3,0: second reads 13 to the position'])
  })
})

describe('a question for a state (rule 14)', () => {
  it('is denied by a task that does not know the key, or has no residency that leads to the epoch', () => {
    expect(residency.canDeny(undefined, [1, 0])).toBe(true)
    expect(residency.canDeny(key().arrive(0, [0, 0], null).entry, [1, 0])).toBe(true)
  })

  it('is denied once the state was handed over: the handover precedes the denial', () => {
    expect(residency.canDeny(key().arrive(0, [0, 0], null).move(1, [1, 0], 2).entry, [1, 0])).toBe(true)
  })

  it('is not denied while this task still has to receive the state', () => {
    const { entry } = key().arrive(0, [1, 0], 3).move(1, [2, 0], 2)
    expect(residency.canDeny(entry, [2, 0])).toBe(false)
    expect(residency.canDeny(entry, [3, 0])).toBe(true)
  })
})
