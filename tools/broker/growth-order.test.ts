import { expect, it } from 'vitest'
import { adviceAfterGrowth } from './growth-order.ts'

const topic = (name: string, partitions: number) => ({ name, partitions })

it('names the topic that has to grow next, and nothing once it has as many partitions', () => {
  const [first] = adviceAfterGrowth(topic('trades', 4), undefined, topic('candles', 3))
  expect(first).toMatch(/^Add as many to candles /)
  expect(adviceAfterGrowth(topic('candles', 4), topic('trades', 4), topic('technical-indicators', 4))).toEqual([])
})

it('says that partitions which were added before those of the topic before stay empty', () => {
  const [first, second] = adviceAfterGrowth(topic('candles', 4), topic('trades', 3), topic('technical-indicators', 3))
  expect(first).toBe(
    'candles now has more partitions than trades (3), so the new ones stay empty. All candles and rows',
  )
  expect(second).toMatch(/Add partitions to trades first next time/)
})
