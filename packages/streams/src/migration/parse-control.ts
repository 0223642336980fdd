import type { LogRecord } from '@candlewick/kafka/log'
import * as z from 'zod'
import { checked, parseJson } from '../parsing.ts'
import { Rejected } from '../processor.ts'
import { Arrive, Ask, Claim, Grant, Handover, Move, Report, Survey } from './control-records.ts'

/** A control record that was read. */
export type Control =
  | { readonly kind: 'arrive'; readonly message: Arrive }
  | { readonly kind: 'move'; readonly message: Move }
  | { readonly kind: 'handover'; readonly message: Handover }
  | { readonly kind: 'ask'; readonly message: Ask }
  | { readonly kind: 'claim'; readonly message: Claim }
  | { readonly kind: 'grant'; readonly message: Grant }
  | { readonly kind: 'survey'; readonly message: Survey }
  | { readonly kind: 'report'; readonly message: Report }
  /** A control record outside of the protocol. It belongs to the processor, or is unknown. */
  | { readonly kind: 'other'; readonly message: unknown }
  /** A message of another group, which this group does not read. */
  | { readonly kind: 'foreign' }

/**
 * @param group the group whose handovers and questions are read
 * @throws Rejected('malformed') for a record that lacks a key or a field, or whose key differs from the key in its content
 */
export function parseControl(record: LogRecord, group?: string): Control {
  const name = record.headers?.control ?? ''
  try {
    return parsed(name, controlContent(record), group)
  } catch (error) {
    if (!(error instanceof Rejected)) throw error
    throw new Rejected(error.reason, `control record ${name}: ${error.message}`)
  }
}

/** @returns what {@link parseControl} returns; null for a malformed record, which its first reader has dealt with. */
export function parseControlAgain(record: LogRecord): Control | null {
  try {
    return parseControl(record)
  } catch (error) {
    if (error instanceof Rejected) return null
    throw error
  }
}

const Content = z.looseObject({ pair: z.string(), group: z.unknown().optional() })
type Content = z.infer<typeof Content>

/**
 * @returns the content of a control record, which is in the header `content`, or in the value as version 0.1 wrote it
 * @throws Rejected('malformed') for a record that has both, neither, no key, or the content of another key
 */
export function controlContent(record: LogRecord): Content {
  if (record.key === null) throw new Rejected('malformed', 'the record has no key')
  const content = checked(Content, contentJson(record))
  if (content.pair !== record.key)
    throw new Rejected('malformed', `pair ${content.pair} is not the record's key, ${record.key}`)
  return content
}

function contentJson(record: LogRecord): unknown {
  const { value, headers } = record
  const text = headers?.content
  if (text === undefined && value === null)
    throw new Rejected('malformed', 'the record has neither the header content nor a value')
  if (text === undefined) return parseJson({ value })
  if (value !== null) throw new Rejected('malformed', 'the record has both the header content and a value')
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Rejected('malformed', `the header content is not JSON: ${(error as Error).message}`)
  }
}

function parsed(name: string, content: Content, group: string | undefined): Control {
  if (group !== undefined && content.group !== group) return { kind: 'foreign' }
  if (name === 'arrive') return { kind: name, message: checked(Arrive, content) }
  if (name === 'move') return { kind: name, message: checked(Move, content) }
  if (name === 'handover') return { kind: name, message: checked(Handover, content) }
  if (name === 'ask') return { kind: name, message: checked(Ask, content) }
  if (name === 'claim') return { kind: name, message: checked(Claim, content) }
  if (name === 'grant') return { kind: name, message: checked(Grant, content) }
  if (name === 'survey') return { kind: name, message: checked(Survey, content) }
  if (name === 'report') return { kind: name, message: checked(Report, content) }
  return { kind: 'other', message: content }
}
