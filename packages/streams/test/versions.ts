import type { Processor } from '../src/index.ts'
import { type CountState, counting } from './counting.ts'

/** State of the second version of {@link counting}. */
interface Renamed {
  count: number
  total: number
}

const toOld = ({ count, total }: Renamed): CountState => ({ n: count, sum: total })
const toNew = ({ n, sum }: CountState): Renamed => ({ count: n, total: sum })

/** A version of {@link counting} with the same outputs and states of another shape. */
const renamed: Processor<Renamed> = {
  stateVersion: 2,
  configHash: 'counting',
  initial: () => ({ count: 0, total: 0 }),
  process(state, record, emit) {
    const old = toOld(state)
    counting.process(old, record, emit)
    Object.assign(state, toNew(old))
  },
  control() {},
  upgrade: state => toNew(state as CountState),
}

interface Boxed {
  readonly box: Renamed
}

const boxed: Processor<Boxed> = {
  stateVersion: 3,
  configHash: 'counting',
  initial: key => ({ box: renamed.initial(key) }),
  process: ({ box }, record, emit) => renamed.process(box, record, emit),
  control() {},
  upgrade: (state, v) => (v === 1 ? renamed.upgrade!(state, v) : { box: state as Renamed }),
}

/** Three releases of a service, each with another shape of state. */
export const VERSIONS = [counting, renamed, boxed] as unknown as readonly Processor<unknown>[]
