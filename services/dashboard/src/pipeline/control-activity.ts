import type { LogRecord } from '@candlewick/streams'
import type { ActivityLog } from './activity.ts'

/** Older than this is no news, though it is read on start. */
const RECENT_MS = 3_600_000

interface ControlValue {
  readonly pair?: string
  readonly from?: number | null
  readonly to?: number
  readonly from_ms?: number
  readonly to_ms?: number
  readonly group?: string
  readonly lost?: boolean
}

/** Notes what the control records of a topic say of keys that move, states that are handed over and trades that lack. */
export function noteControl(activity: ActivityLog, topic: string, record: LogRecord, partition: number): void {
  const kind = record.headers?.control
  if (!kind || kind === 'watermark' || Date.now() - record.timestamp > RECENT_MS) return
  const { pair, from, to, from_ms, to_ms, group, lost } = controlValue(record)
  const note = (as: 'move' | 'handover' | 'gap', text: string) => activity.add(record.timestamp, as, text)
  if (kind === 'arrive' && typeof from === 'number')
    note('move', `${pair} moves from partition ${from} to ${partition} of ${topic}`)
  if (kind === 'arrive' && from === null) note('move', `${pair} begins in partition ${partition} of ${topic}`)
  if (kind === 'handover')
    note('handover', `${group} hands ${lost ? 'nothing of ' : ''}${pair} over to partition ${partition}`)
  if (kind === 'ask') note('handover', `${group} asks partition ${partition} for the state of ${pair}, to go to ${to}`)
  if (kind === 'gap') note('gap', `Trades of ${pair} lack from ${iso(from_ms)} to ${iso(to_ms)}`)
}

const iso = (ms = 0): string => new Date(ms).toISOString()

function controlValue({ value }: LogRecord): ControlValue {
  try {
    return Object(JSON.parse(String(value))) as ControlValue
  } catch {
    return {}
  }
}
