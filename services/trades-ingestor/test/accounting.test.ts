import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createLogger, type Env, startService } from '@candlewick/service'
import { MemoryCluster, memoryLog } from '@candlewick/streams'
import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../../tests/temporary-folder.ts'
import type { Summary } from '../src/recorded/accounts.ts'
import { tradesIngestor } from '../src/service.ts'
import { records } from './harness.ts'

/** 2026-01-01, a minute's start. */
const START_MS = 1_767_225_600_000
const OWN = 'pair,trade_id,side,price,qty,timestamp_ms\n'

let logged: { msg: string; summary?: Summary }[] = []
const logger = createLogger('test', 'info', { write: (line: string) => void logged.push(JSON.parse(line)) })

beforeEach(() => {
  logged = []
})

interface Replayed {
  readonly error: string | undefined
  readonly summary: Summary | undefined
  readonly ids: readonly number[]
  readonly controls: readonly unknown[]
}

/** Replays a file into a topic of one partition. */
async function replay(text: string, env: Env = {}, cluster = new MemoryCluster(), name = 'x.csv'): Promise<Replayed> {
  const file = join(temporaryFolder(), name)
  writeFileSync(file, text)
  const own = { EXCHANGE: 'replay', REPLAY_FILE: file, PARTITIONS: '1', CANDLE_INTERVALS: '1s', ...env }
  let error: string | undefined
  try {
    const service = await startService(tradesIngestor, { env: own, log: memoryLog(cluster), logger })
    await service.done?.catch(thrown => {
      error = thrown.message
    })
    await service.stop()
  } catch (thrown) {
    error = (thrown as Error).message
  }
  const all = (await records(cluster)).flat()
  const summary = logged.findLast(line => line.summary)?.summary
  const trades = all.filter(({ headers }) => !headers?.control)
  const ids = trades.map(({ value }) => JSON.parse(String(value)).trade_id as number)
  return { error, summary, ids, controls: all.flatMap(({ headers }) => headers?.control ?? []) }
}

const row = (id: number, ms = id * 100, price = '100'): string => `A/B,${id},buy,${price},1,${START_MS + ms}\n`
const rows = (from: number, count: number): string => Array.from({ length: count }, (_, i) => row(from + i)).join('')
const account = ({ summary }: Replayed, pair: string | null = 'A/B') => summary?.pairs.find(p => p.pair === pair)

describe('the end of a replay', () => {
  it('accounts for every row, by reason and with the first line of each', async () => {
    const text = `${OWN}${row(1)}A/B,2,buy,abc,1,${START_MS}\nC/D,9,buy,1,1,${START_MS}\n${row(3)}x\n${row(4, 400, '-1')}`
    const found = await replay(text, { PAIRS: 'A/B' })
    expect(found.error).toBeUndefined()
    expect(found.summary).toMatchObject({ v: 1, ok: true })
    expect(account(found)).toMatchObject({
      read: 5,
      written: 2,
      already_there: { same: 0, other: 0, not_compared: 0 },
      left_out: { bad_price: { count: 2, line: 3 }, bad_columns: { count: 1, line: 6 } },
      late: 0,
    })
    expect(account(found, 'C/D')).toMatchObject({ read: 1, left_out: { other_pair: { count: 1, line: 4 } } })
    expect(logged.map(({ msg }) => msg)).toContainEqual(
      expect.stringMatching(
        /^A\/B: 5 rows read, 2 written, 0 already there .*3 left out \(2 bad_price, first in .*line 3: /,
      ),
    )
  })

  it('reports rows that the topic had with the same content, and succeeds', async () => {
    const cluster = new MemoryCluster()
    await replay(OWN + rows(1, 39), {}, cluster)
    const again = await replay(OWN + rows(1, 49), {}, cluster)
    expect(again.error).toBeUndefined()
    expect(again.ids).toEqual(Array.from({ length: 49 }, (_, i) => i + 1))
    expect(account(again)).toMatchObject({ read: 49, written: 10, already_there: { same: 39 }, late: 0 })
  })

  it('fails before anything is written if the topic has closed the window of a new trade', async () => {
    const cluster = new MemoryCluster()
    await replay(OWN + rows(1, 35), {}, cluster)
    for (const text of [rows(1, 40), rows(36, 20)]) {
      const longer = await replay(OWN + text, {}, cluster)
      expect(longer.error).toMatch(
        /line \d+: trade 36 of A\/B would be late: an earlier run has closed its window.*topics of its own/,
      )
      expect(longer.ids).toHaveLength(35)
    }
  })

  it('fails before anything is written if the topic has other content for an id', async () => {
    const cluster = new MemoryCluster()
    await replay(OWN + rows(1, 30), {}, cluster)
    const other = await replay(OWN + rows(1, 9) + row(10, 1000, '777') + rows(11, 30), {}, cluster)
    expect(other.error).toMatch(/x\.csv, line 11: trade 10 of A\/B is there with other content.*Nothing is written/)
    expect(other.summary).toMatchObject({
      ok: false,
      pairs: [{ read: 40, already_there: { same: 29, other: 1 }, left_out: { refused: { count: 10 } } }],
    })
    expect(other.ids).toHaveLength(30)
  })

  it('fails for a day without ids after another such day, because both are numbered from 1', async () => {
    const cluster = new MemoryCluster()
    const day = (n: number) =>
      Array.from({ length: 5 }, (_, i) => `${START_MS / 1000 + n * 86_400 + i},${n + 1},1\n`).join('')
    await replay(day(0), { PAIRS: 'A/B' }, cluster)
    const next = await replay(day(1), { PAIRS: 'A/B' }, cluster)
    expect(next.error).toMatch(/trade 1 of A\/B is there with other content/)
    expect(next.ids).toHaveLength(5)
  })

  it('fails for trades that precede those of the topic', async () => {
    const cluster = new MemoryCluster()
    await replay(OWN + rows(10, 10), {}, cluster)
    const earlier = await replay(OWN + rows(5, 20), {}, cluster)
    expect(earlier.error).toMatch(/trade 5 of A\/B is not there, and cannot be written behind later ones/)
    expect(earlier.ids).toEqual(Array.from({ length: 10 }, (_, i) => 10 + i))
  })
})

describe('trades in another order', () => {
  it('are sorted when they are newest first', async () => {
    const newestFirst = Array.from({ length: 179 }, (_, i) => row(179 - i)).join('')
    const found = await replay(OWN + newestFirst)
    expect(found.error).toBeUndefined()
    expect(found.ids).toEqual(Array.from({ length: 179 }, (_, i) => i + 1))
    expect(account(found)).toMatchObject({ read: 179, written: 179, late: 0 })
    expect(found.controls).toEqual(['arrive', 'watermark'])
  })

  it('count as one trade if rows with one id have the same content', async () => {
    const found = await replay(OWN + rows(1, 10) + rows(8, 10))
    expect(found.ids).toEqual(Array.from({ length: 17 }, (_, i) => i + 1))
    expect(account(found)).toMatchObject({ read: 20, written: 17, already_there: { same: 3 } })
  })

  it('are refused, with both lines, if rows with one id have different content', async () => {
    const found = await replay(OWN + rows(1, 3) + row(3, 300, '101') + row(4))
    expect(found.error).toMatch(/line 5: trade 3 of A\/B is another one than that in .*line 4, .*REPLAY_COLUMNS/)
    expect(found.ids).toEqual([])
  })

  it('are refused if ids and times contradict each other so that a candle would lack a trade', async () => {
    const id = 1195414
    const line = (i: number, price: string, ms: number) =>
      `${id + i},${price},0.0049,1291817,1291817,${ms},False,True\n`
    const text =
      line(0, '11498.75', 1512378391578) + line(1, '11498.56', 1512378392510) + line(2, '11498.75', 1512378391578)
    const found = await replay(text, { PAIRS: 'BTC/USDT' })
    expect(found.error).toMatch(/line 3: trade 1195416 of BTC\/USDT has an earlier time/)
    expect(found.ids).toEqual([])
    const inMinutes = await replay(text, { PAIRS: 'BTC/USDT', CANDLE_INTERVALS: '1m' })
    expect(inMinutes.error).toBeUndefined()
    expect(account(inMinutes, 'BTC/USDT')).toMatchObject({ written: 3, late: 0 })
  })

  it('are numbered by their times when they have no ids', async () => {
    const found = await replay('1767225603,3,1\n1767225601,1,1\n1767225602,2,1\n', { PAIRS: 'A/B' })
    expect(found.ids).toEqual([1, 2, 3])
    expect(account(found)).toMatchObject({ read: 3, written: 3, late: 0 })
  })

  it('are never lost silently, in any order, with repetitions and bad rows', async () => {
    const kinds = fc.constantFrom('good', 'bad', 'again', 'other')
    const content = fc
      .array(fc.record({ kind: kinds, id: fc.integer({ min: 1, max: 12 }) }), { minLength: 1, maxLength: 15 })
      .map(list =>
        list.map(({ kind, id }) =>
          kind === 'bad' ? `A/B,${id},buy,x,1,${START_MS}\n` : row(id, id * 1000, kind === 'other' ? '7' : '100'),
        ),
      )
    await fc.assert(
      fc.asyncProperty(content, async lines => {
        const good = lines.filter(line => !line.includes(',x,'))
        fc.pre(good.length > 0)
        const found = await replay(OWN + lines.join(''))
        const unique = [...new Set(good)]
        const ids = unique.map(line => Number(line.split(',')[1])).sort((a, b) => a - b)
        if (new Set(ids).size < ids.length) {
          expect(found.error).toMatch(/is another one than that in/)
          expect(found.ids).toEqual([])
        } else {
          expect(found.error).toBeUndefined()
          expect(found.ids).toEqual(ids)
          expect(account(found)).toMatchObject({
            read: lines.length,
            written: ids.length,
            already_there: { same: good.length - unique.length, other: 0 },
          })
        }
      }),
      { numRuns: 100 },
    )
  }, 60_000)
})

it('treats no impossible trade as a gap, and any other broken line as a gap', async () => {
  const found = await replay(OWN + row(1) + row(2, 200, '0') + row(3))
  expect(found.controls).toEqual(['arrive', 'watermark'])
  expect(account(found)).toMatchObject({ written: 2, left_out: { bad_price: { count: 1, line: 3 } } })
  expect((await replay(`${OWN}${row(1)}A/B,2,buy,100\n${row(3)}`)).controls).toEqual(['arrive', 'gap', 'watermark'])
})

it.each(['A/B,3,buy,x,1,1767225600300\n', 'garbage\n', '\0\0'])(
  'writes a gap up to the end if the last row is broken: %j',
  async broken => {
    const cluster = new MemoryCluster()
    const text = OWN + row(1) + row(2) + broken
    expect((await replay(text, {}, cluster)).controls).toEqual(['arrive', 'gap', 'watermark'])
    const gap = (await records(cluster)).flat().find(({ headers }) => String(headers?.control) === 'gap')
    expect(JSON.parse(String(gap!.headers!.content))).toMatchObject({
      from_ms: START_MS + 200,
      to_ms: START_MS + 1000,
    })
    const again = await replay(text, {}, cluster)
    expect(again.controls).toEqual(['arrive', 'gap', 'watermark'])
  },
)

it('leaves out trades in the future', async () => {
  const found = await replay(OWN + row(1) + row(2, Date.now() + 86_400_000 - START_MS))
  expect(account(found)).toMatchObject({ written: 1, left_out: { future: { count: 1, line: 3 } } })
})
