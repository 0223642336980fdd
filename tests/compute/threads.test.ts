import { expect, it } from 'vitest'
import { threadsFor } from '../../tools/compute/fold-pool.ts'

it('starts further threads only for many pairs, one for each further core and at most three', () => {
  expect(threadsFor(99, 8)).toBe(0)
  expect(threadsFor(100, 1)).toBe(0)
  expect(threadsFor(100, 2)).toBe(1)
  expect(threadsFor(500, 8)).toBe(3)
})
