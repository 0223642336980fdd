import type { Chunk, Records } from '@candlewick/kafka/log'

/** @returns the chunk's records from the position on: a reader may begin earlier, where a batch begins earlier. */
export const unread = ({ records }: Chunk, position: number): Records =>
  records.length > 0 && records.at(0)!.offset < position ? [...records].filter(r => r.offset >= position) : records
