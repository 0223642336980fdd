import type { Chunk, Records } from '@candlewick/kafka/log'

/** @returns the chunk's records from the position on. A reader begins at the start of a batch, which may be earlier. */
export const unread = ({ records }: Chunk, position: number): Records =>
  records.length > 0 && records.at(0)!.offset < position ? [...records].filter(r => r.offset >= position) : records
