import { define, exponentialAverage, isMissing } from '@candlewick/indicators'

const average = exponentialAverage(4)
/** Starts of windows at which it fails, in seconds. */
const [EVERY, AT] = [11, 7]

/** @returns a feature with a memory, which is another one with another factor. It fails now and then: it then begins anew. */
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
