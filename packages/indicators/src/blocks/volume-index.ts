import type { Indicator } from '../indicator.ts'

interface State {
  index: number
  close: number
  volume: number | null
}

/** @returns the index, 1000 at first, that takes the close's rate of change of candles whose volume has so changed. */
export const volumeIndex = (counts: (volume: number, before: number) => boolean): Indicator<State> => ({
  outputs: [''],
  warmup: 0,
  initial: () => ({ index: 1000, close: 0, volume: null }),
  update(state, { close, volume }) {
    if (state.volume !== null && state.close !== 0 && counts(volume, state.volume)) {
      const index = state.index + ((close - state.close) / state.close) * state.index
      if (Number.isFinite(index)) state.index = index
    }
    state.close = close
    state.volume = volume
    return [state.index]
  },
})
