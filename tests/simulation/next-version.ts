import type { Processor } from '@candlewick/streams'

interface Boxed {
  readonly box: unknown
}

/** @returns the next release of a processor: the same outputs, from states of another shape that the older one cannot read. */
export function nextVersion(older: Processor<unknown>): Processor<unknown> {
  const inside = (state: unknown) => (state as Boxed).box
  return {
    stateVersion: older.stateVersion + 1,
    configHash: older.configHash,
    initial: key => ({ box: older.initial(key) }),
    process: (state, record, emit) => older.process(inside(state), record, emit),
    control: (state, kind, value, emit, timestamp) => older.control(inside(state), kind, value, emit, timestamp),
    ...(older.missed && { missed: (state, record) => older.missed!(inside(state), record) }),
    ...(older.live && { live: state => older.live!(inside(state)) }),
    upgrade: (state, v) => (v < older.stateVersion ? older.upgrade!(state, v) : { box: state }),
  }
}
