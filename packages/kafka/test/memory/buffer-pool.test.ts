import { setImmediate as turn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { BufferPool, uncounted } from '../../src/memory/buffer-pool.ts'

const MEGABYTE = 1 << 20
const isShared = ({ buffer }: Buffer) => (buffer as ArrayBufferLike) instanceof SharedArrayBuffer

it('reuses only memory that was given back, and reuses it once', () => {
  const pool = new BufferPool(Buffer.allocUnsafeSlow)
  const [one, other] = [pool.take(5000), pool.take(5000)]
  expect(one.length).toBe(5000)
  expect(one.buffer).not.toBe(other.buffer)
  pool.give(one.subarray(8, 100)) // a part stands for the whole
  pool.give(one)
  const [again, another] = [pool.take(8000), pool.take(8000)]
  expect(again.length).toBe(8000)
  expect(again.buffer).toBe(one.buffer)
  expect(new Set([one.buffer, other.buffer, another.buffer]).size).toBe(3)
})

it('keeps at most 32 MB for reuse', () => {
  const pool = new BufferPool(Buffer.allocUnsafeSlow)
  const taken = Array.from({ length: 33 }, () => pool.take(MEGABYTE))
  for (const buffer of taken) pool.give(buffer)
  const again = new Set(taken.map(() => pool.take(MEGABYTE).buffer))
  expect(taken.filter(({ buffer }) => again.has(buffer))).toHaveLength(32)
})

it('allocates shared memory up to its bound, and again after some is collected', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const allocate = uncounted(4 * MEGABYTE)
  expect(Array.from({ length: 5 }, () => isShared(allocate(MEGABYTE)))).toEqual([true, true, true, true, false])
  const allocatesShared = async () => {
    collect()
    await turn()
    return isShared(allocate(2 * MEGABYTE))
  }
  await expect.poll(allocatesShared).toBe(true)
})
