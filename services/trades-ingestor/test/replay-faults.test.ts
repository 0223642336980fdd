import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createLogger, startService } from '@candlewick/service'
import { MemoryCluster, memoryLog } from '@candlewick/streams'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../../../tests/temporary-folder.ts'
import { tradesIngestor } from '../src/service.ts'
import { records } from './harness.ts'

const START_MS = 1_767_225_600_000
const logger = createLogger('test', 'silent')

/**
 * Replays a file while the broker fails one request.
 * @param failing number of the request that fails
 * @returns the kinds of the topic's records, how many requests there were, and whether the replay succeeded
 */
async function replay(file: string, failing: number) {
  const cluster = new MemoryCluster()
  let requests = 0
  const step = async () => {
    if (++requests === failing) throw new Error('the broker fails')
  }
  const env = { EXCHANGE: 'replay', REPLAY_FILE: file, PARTITIONS: '1', CANDLE_INTERVALS: '1s' }
  let succeeded = true
  try {
    const service = await startService(tradesIngestor, { env, log: memoryLog(cluster, { step }), logger })
    await service.done?.catch(() => {
      succeeded = false
    })
    await service.stop()
  } catch {
    succeeded = false
  }
  const kinds = (await records(cluster)).flat().map(({ headers }) => headers?.control ?? 'trade')
  return { kinds, requests, succeeded }
}

it('writes the gap and the watermark of the end once if the broker fails once, at any request', async () => {
  const file = join(temporaryFolder(), 'trades.csv')
  const rows = `A/B,1,buy,100,1,${START_MS}\nA/B,2,buy,x,1,${START_MS}\n`
  writeFileSync(file, `pair,trade_id,side,price,qty,timestamp_ms\n${rows}`)
  const { requests } = await replay(file, 0)
  const replays = await Promise.all(Array.from({ length: requests }, (_, i) => replay(file, i + 1)))
  const retried = replays.filter(({ succeeded }) => succeeded)
  expect(retried.length).toBeGreaterThan(3)
  for (const { kinds } of retried) expect(kinds).toEqual(['arrive', 'trade', 'gap', 'watermark'])
}, 60_000)
