import { crc32 } from 'node:zlib'
import type { LogRecord } from '@candlewick/kafka/log'

/** Fields that distinguish a record from another one at the same offset of the same partition. */
export interface Fingerprint {
  readonly offset: number
  /** When the record was written, Unix ms. */
  readonly timestamp: number
  /** CRC-32 of the key, the value and the headers. */
  readonly crc: number
}

/** Fields that distinguish an input from another topic of the same name; they are stored with the position. */
export interface InputMark {
  /** Absent if the broker has no ids. */
  readonly topic_id?: string | undefined
  /** The last record that was read; absent before the first. */
  readonly last?: Fingerprint | undefined
}

export interface InputMarks {
  input: InputMark
  handovers: InputMark
}

/** The marks of a new changelog, or of one that version 0.1 has written. */
export const noMarks = (): InputMarks => ({ input: {}, handovers: {} })

export function fingerprintOf({ offset, timestamp, key, value, headers }: LogRecord): Fingerprint {
  const text = JSON.stringify([key, value === null, headers ?? {}])
  return { offset, timestamp, crc: crc32(value ?? '', crc32(text)) }
}

export const sameFingerprint = (a: Fingerprint, b: Fingerprint): boolean =>
  a.offset === b.offset && a.timestamp === b.timestamp && a.crc === b.crc
