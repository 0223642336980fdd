import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { Random } from '../../../../tests/simulation/random.ts'
import type { StoredRow } from '../../src/row.ts'
import { type Source, type Store, Superseded } from '../../src/store.ts'
import { featureRow, stored } from '../rows.ts'
import type { TestServer } from './server.ts'

export interface StoreUnderTest {
  readonly start: () => Promise<TestServer>
  /** Makes a store with data of its own, for the source's topic. It gives the server so long for an answer. */
  readonly store: (url: string, name: string, answerMs?: number) => Store
  /** @returns the stored rows as the topic has them, in no order. */
  readonly rows: (url: string, name: string) => Promise<unknown[]>
  /** Makes the server block all writes from now on. */
  readonly holdUp: (url: string, name: string) => Promise<void>
  /** @returns the rows that the store keeps of these. */
  readonly kept: (rows: readonly StoredRow[]) => readonly StoredRow[]
}

export const TOPIC = 'technical-indicators'
const SOURCE: Source = { topic: TOPIC, partition: 0 }
const LOG = Array.from({ length: 30 }, (_, i) =>
  stored(2 * i, featureRow(i, i % 2 === 0 ? 'BTC/USD' : '币安人生/USDT')),
)
/** Two bars that open in the same millisecond, and one that follows; bars of another kind have the same numbers. */
const BARS = [1, 2, 3].flatMap(bar =>
  ['tick:500', 'volume:0.5'].map((interval, i) => {
    const open_time_ms = featureRow(bar === 1 ? 2 : bar).open_time_ms
    const row = { ...featureRow(bar), interval, open_time_ms, close_time_ms: open_time_ms + 5 }
    return stored(2 * bar + i, { ...row, bar })
  }),
)
const END = LOG.at(-1)!.offset + 1
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9))

/** Tests of every store that uses a server. */
export function storeContract(name: string, { start, store, rows, holdUp, kept }: StoreUnderTest): void {
  describe(name, () => {
    let server: TestServer
    let id = 0
    let table = ''
    const open: Store[] = []
    const instance = (answerMs?: number): Store => {
      const one = store(server.url, table, answerMs)
      open.push(one)
      return one
    }

    beforeAll(async () => {
      server = await start()
    }, 60_000)

    beforeEach(() => {
      table = `t${id++}`
    })

    afterAll(async () => {
      await Promise.all(open.map(one => one.close()))
      await server.close()
    })

    const expectAll = async (log: readonly StoredRow[] = LOG) => {
      const sorted = (values: readonly unknown[]) => values.map(value => JSON.stringify(value)).sort()
      expect(sorted(await rows(server.url, table))).toEqual(sorted(kept(log).map(({ row }) => row)))
    }

    it('starts empty, keeps each row once, and continues where another instance stopped', async () => {
      const first = await instance().open(SOURCE)
      expect(first.position).toBeNull()
      await first.write({ rows: LOG.slice(0, 7), next: 15 })
      const second = await instance().open(SOURCE)
      expect(second.position).toBe(15)
      await second.write({ rows: LOG.slice(8), next: END })
      expect((await instance().open(SOURCE)).position).toBe(END)
      await expectAll([...LOG.slice(0, 7), ...LOG.slice(8)])
    })

    it('loses and doubles nothing when an instance that has lost the partition writes on', async () => {
      const [zombie, owner] = [await instance().open(SOURCE), await instance().open(SOURCE)]
      await owner.write({ rows: LOG.slice(0, 20), next: 40 })
      await zombie.write({ rows: LOG.slice(0, 5), next: 10 }).catch(error => {
        if (!(error instanceof Superseded)) throw error
      })
      await owner.write({ rows: LOG.slice(20), next: END })
      expect((await instance().open(SOURCE)).position).toBe(END)
      await expectAll()
    })

    it('keeps each row once when three instances store the partition at the same time, from random positions in random batches', async () => {
      const random = new Random(SEED)
      console.info(`SEED=${SEED} repeats these batches, apart from the timing`)
      const storeAll = async (): Promise<void> => {
        for (;;) {
          const sink = await instance().open(SOURCE)
          try {
            for (let next = sink.position ?? 0; ; ) {
              if (next >= END) return
              const rows = LOG.filter(({ offset }) => offset >= next).slice(0, random.int(1, 4))
              next = rows.at(-1)!.offset + 1
              await sink.write({ rows, next })
              await sleep(random.int(0, 3))
            }
          } catch (error) {
            if (!(error instanceof Superseded)) throw error
          }
        }
      }
      await Promise.all([storeAll(), storeAll(), sleep(random.int(0, 20)).then(storeAll)])
      expect((await instance().open(SOURCE)).position).toBe(END)
      await expectAll()
    })

    it('keeps bars by their numbers, in whatever batches they come', async () => {
      const sink = await instance().open(SOURCE)
      await sink.write({ rows: BARS.slice(0, 2), next: 4 })
      await sink.write({ rows: BARS.slice(2), next: 8 })
      await expectAll(BARS)
    })

    it('remembers which topic its rows are of', async () => {
      const made = await instance().open({ ...SOURCE, topicId: 'a1' })
      expect(made.topicId).toBe('a1')
      await made.write({ rows: LOG.slice(0, 2), next: 4 })
      const again = await instance().open({ ...SOURCE, topicId: 'b2' })
      expect([again.position, again.topicId]).toEqual([4, 'a1'])
      await again.write({ rows: LOG.slice(2, 4), next: 8 })
      const unnamed = await instance().open(SOURCE)
      expect([unnamed.position, unnamed.topicId]).toEqual([8, 'a1'])
    })

    it('keeps partitions apart', async () => {
      const one = instance()
      await (await one.open(SOURCE)).write({ rows: LOG, next: END })
      expect((await one.open({ ...SOURCE, partition: 1 })).position).toBeNull()
    })

    it('notes the offset from which on it is complete, when retention has deleted earlier rows', async () => {
      const sink = await instance().open(SOURCE)
      await sink.truncated(20)
      await sink.write({ rows: LOG.slice(10), next: END })
      expect((await instance().open(SOURCE)).position).toBe(END)
      await expectAll(LOG.slice(10))
    })

    it('fails with a message while the server is away, and continues when it is back', async () => {
      const one = instance()
      await (await one.open(SOURCE)).write({ rows: LOG.slice(0, 10), next: 20 })
      await server.kill()
      await expect(one.open(SOURCE)).rejects.toThrow(/\S/)
      await server.start()
      const again = await vi.waitFor(() => one.open(SOURCE), { timeout: 20_000 })
      expect(again.position).toBe(20)
      await again.write({ rows: LOG.slice(10), next: END })
      await expectAll()
    })

    it('fails a write by an error, and ends no process, when the server ends meanwhile', async () => {
      const one = instance()
      const sink = await one.open(SOURCE)
      await sink.write({ rows: LOG.slice(0, 10), next: 20 })
      await holdUp(server.url, table)
      const outcome = Promise.allSettled([sink.write({ rows: LOG.slice(10), next: END })])
      await sleep(300)
      await server.kill()
      expect(await outcome).toMatchObject([{ status: 'rejected', reason: { message: expect.stringMatching(/\S/) } }])
      await server.start()
      const again = await vi.waitFor(() => one.open(SOURCE), { timeout: 20_000 })
      expect(again.position).toBe(20)
      await again.write({ rows: LOG.slice(10), next: END })
      await expectAll()
    })

    it('gives a server up that answers nothing any more, and goes on when it answers again', async () => {
      const one = instance(1000)
      const sink = await one.open(SOURCE)
      await sink.write({ rows: LOG.slice(0, 10), next: 20 })
      await server.suspend()
      await expect(sink.write({ rows: LOG.slice(10), next: END })).rejects.toThrow(/\S/)
      await expect(one.open(SOURCE)).rejects.toThrow(/\S/)
      await server.resume()
      const again = await vi.waitFor(() => one.open(SOURCE), { timeout: 20_000 })
      // The server may have done what it was asked, although nobody heard of it.
      await again.write({ rows: LOG.filter(({ offset }) => offset >= again.position!), next: END })
      await expectAll()
    })
  })
}
