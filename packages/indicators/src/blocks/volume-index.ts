import type { Indicator } from '../indicator.ts'

interface State {
  index: number
  close: number
  volume: number
  begun: boolean
}

/**
 * @returns the index, which starts at 1000 and follows the close's rate of change in candles whose volume has changed in the
 *   given direction.
 */
export const volumeIndex = (counts: (volume: number, before: number) => boolean): Indicator<State> => ({
  outputs: [''],
  warmup: 0,
  initial: () => ({ index: 1000, close: 0, volume: 0, begun: false }),
  update(state, { close, volume }) {
    if (state.begun && state.close !== 0 && counts(volume, state.volume)) {
      const index = state.index + ((close - state.close) / state.close) * state.index
      if (Number.isFinite(index)) state.index = index
    }
    state.close = close
    state.volume = volume
    state.begun = true
    return [state.index]
  },
})
