import type { Headers, LogRecord, OutRecord } from '@candlewick/kafka/log'

/**
 * A broker accepts batches of at most 1 MB. Value, key and headers are truncated so that any record that a broker has accepted fits
 * into a batch together with the headers of its dead letter. A header names the original length.
 */
const VALUE_BYTES_MAX = 512 << 10
/** A character has at most 3 bytes. */
const HEADERS_CHARACTERS_MAX = 64 << 10
const KEY_CHARACTERS_MAX = 64 << 10
const DETAIL_CHARACTERS_MAX = 500

/** Where a record was read, and by which service. */
export interface ReadFrom {
  readonly topic: string
  readonly partition: number
  readonly service: string
}

/** @returns the unchanged record for the topic of dead letters, with headers that name its place and the reason. */
export function deadLetterOf(
  record: LogRecord,
  { topic, partition, service }: ReadFrom,
  { reason, detail, deadLetters }: { readonly reason: string; readonly detail: string; readonly deadLetters: string },
): OutRecord {
  const { key, value, offset, headers: own } = record
  const isLong = value !== null && value.length > VALUE_BYTES_MAX
  const hasLongKey = key !== null && key.length > KEY_CHARACTERS_MAX
  const headers = {
    source_topic: topic,
    source_partition: String(partition),
    source_offset: String(offset),
    reason,
    detail: shortened(detail),
    service,
    // The record's headers are in one header, because a dead letter with the header `control` would be taken for a control record.
    ...(own && headersOf(own)),
    ...(isLong && { cut_from_bytes: String(value.length) }),
    ...(hasLongKey && { key_cut_from_characters: String(key.length) }),
  }
  // The value is copied, because the memory in which the record was received may be reused before the dead letter is written.
  const copy = value && Buffer.from(isLong ? value.subarray(0, VALUE_BYTES_MAX) : value)
  return {
    topic: deadLetters,
    partition: 0,
    key: hasLongKey ? key.slice(0, KEY_CHARACTERS_MAX) : key,
    value: copy,
    headers,
  }
}

function shortened(detail: string): string {
  const left = detail.length - DETAIL_CHARACTERS_MAX
  return left > 0 ? `${detail.slice(0, DETAIL_CHARACTERS_MAX)}… (${left} characters more)` : detail
}

function headersOf(own: Headers): Headers {
  const text = JSON.stringify(own)
  const isTooLong = text.length > HEADERS_CHARACTERS_MAX
  return {
    source_headers: text.slice(0, HEADERS_CHARACTERS_MAX),
    ...(isTooLong && { headers_cut_from_characters: String(text.length) }),
  }
}
