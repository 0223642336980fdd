import { define, exponentialAverage, isMissing } from '@candlewick/indicators'

const average = exponentialAverage(4)
/** Starts of the windows at which the feature fails, in seconds. */
const [EVERY, AT] = [11, 7]

/** @returns a feature with a state. Another factor makes another version of it. It fails now and then, and then starts with a new state. */
export const own = (factor: number) =>
  define({
    name: 'own',
    make: () => ({
      outputs: ['average', 'seen'],
      warmup: average.warmup,
      initial: () => ({ average: average.initial(), seen: 0 }),
      update(state: { average: unknown; seen: number }, { close, pair, open_time_ms }) {
        state.seen++
        if (pair?.endsWith('/USD') && (open_time_ms / 1000) % EVERY === AT) throw new Error('now and then')
        const mean = average.next(state.average, close * factor)
        return [isMissing(mean) ? null : mean, state.seen]
      },
    }),
  })
