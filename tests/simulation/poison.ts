import type { Processor } from '@candlewick/streams'

/** @returns the processor with a bug: it fails at records that the writer has poisoned. */
export function failingAtPoison(processor: Processor<unknown>): Processor<unknown> {
  return {
    ...processor,
    process(state, record, emit) {
      if (record.headers?.rubbish === 'poison') throw new TypeError('the processor has a bug')
      processor.process(state, record, emit)
    },
  }
}
