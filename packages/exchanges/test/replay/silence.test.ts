import { expect, it } from 'vitest'
import { orderTrades, type Silence, silenceText } from '../../src/index.ts'
import { fileOf } from './reading.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const T0 = 1_767_225_600_000
const windowStart = (ms: number) => Math.floor(ms / MINUTE_MS) * MINUTE_MS

/** A file of one pair without ids and with trades at these minutes of a day. */
const day = (n: number, minutes: readonly number[], isNewestFirst = false) => {
  const times = isNewestFirst ? minutes.toReversed() : minutes
  const lines = times.map(minute => `${(T0 + n * DAY_MS + minute * MINUTE_MS) / 1000},${100 + minute},1\n`)
  return fileOf(`day-${n}.csv`, lines.join(''))
}

/** The numbers of the trades in order, and the silences that are reported, in days and minutes. */
async function read(files: readonly string[], times = 1) {
  const silences: Silence[] = []
  const onSilence = (silence: Silence) => void silences.push(silence)
  const ordered = await orderTrades({ files, pairs: ['A/B'], onSilence }, windowStart)
  const ids: number[] = []
  for (let i = 0; i < times; i++)
    for await (const batch of ordered.batches()) ids.push(...batch.ids.subarray(0, batch.length))
  const span = ({ fromMs, toMs }: Silence) => [fromMs, toMs].map(ms => (ms - T0) / MINUTE_MS)
  return { ids, silences: silences.map(span), first: silences[0] }
}

const HOURS = Array.from({ length: 24 }, (_, hour) => hour * 60)

it('leaves out a number where a file may have been forgotten, in whatever order the files are named', async () => {
  const files = [day(0, HOURS), day(2, HOURS), day(3, HOURS)]
  const numbers = [...HOURS.keys()]
  const expected = [...numbers.map(n => n + 1), ...numbers.map(n => n + 26), ...numbers.map(n => n + 50)]
  for (const order of [files, files.toReversed()]) {
    const { ids, silences } = await read(order)
    expect(ids).toEqual(expected)
    expect(silences).toEqual([[23 * 60, 2 * 24 * 60]])
  }
})

it('leaves out a number there in files that are newest first', async () => {
  const { ids, silences } = await read([day(0, HOURS, true), day(2, HOURS, true)])
  expect(ids.slice(22, 26)).toEqual([23, 24, 26, 27])
  expect(silences).toEqual([[23 * 60, 2 * 24 * 60]])
})

it('numbers all later trades of the file from there on, however many batches they fill', async () => {
  const minutes = Array.from({ length: 1440 * 6 }, (_, i) => i / 6)
  const { ids } = await read([day(0, HOURS), day(2, minutes)])
  expect(ids.slice(24)).toEqual(minutes.map((_, i) => i + 26))
})

it('reports a silence once when the files are read again, and says what to do', async () => {
  const { silences, first } = await read([day(0, [0, 1]), day(1, [0, 1])], 2)
  expect(silences).toHaveLength(1)
  expect(silenceText(first!)).toMatch(
    /^There are no trades of A\/B from 2026-01-01T00:01:00.000Z to 2026-01-02T00:00:00.000Z, where .*day-1.csv begins, .* name it, too/,
  )
})

it.each([
  ['shorter than an hour', [0, 1430], [0, 1]],
  ['no longer than one within the files before', [0, 1, 900], [0, 1]],
])('has consecutive numbers across a silence that is %s', async (_, first, second) => {
  const { ids, silences } = await read([day(0, first), day(1, second)])
  expect(ids).toEqual([...first, ...second].map((_, i) => i + 1))
  expect(silences).toEqual([])
})
