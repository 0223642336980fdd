import { define, type Feature } from '@candlewick/indicators'

/** The memory from candle to candle: plain JSON that does not grow. */
interface State {
  close: number | null
  length: number
  gain: number
}

/** The current run of candles in one direction: its length, negative while prices fall, and its log return. */
export const streak = define({
  name: 'streak',
  formula: 'candles in a row that close higher (lower: negative), and their log return',
  make: (): Feature<State> => ({
    outputs: ['length', 'return'],
    warmup: 1,
    initial: () => ({ close: null, length: 0, gain: 0 }),
    update(state, { close }) {
      const before = state.close
      state.close = close
      if (before === null) return [null, null]
      const direction = Math.sign(close - before)
      const goesOn = direction !== 0 && direction === Math.sign(state.length)
      state.length = goesOn ? state.length + direction : direction
      state.gain = (goesOn ? state.gain : 0) + Math.log(close / before)
      return [state.length, state.gain]
    },
  }),
})
