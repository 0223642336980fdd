import { PassThrough } from 'node:stream'
import { afterEach, expect, it, vi } from 'vitest'
import { showProgress } from './progress.ts'

afterEach(() => {
  vi.useRealTimers()
})

function terminal(isTTY: boolean) {
  const stream = new PassThrough() as unknown as NodeJS.WriteStream
  Object.assign(stream, { isTTY, columns: 120, cursorTo: () => {}, clearLine: () => {}, moveCursor: () => {} })
  const printed: string[] = []
  stream.on('data', chunk => printed.push(String(chunk)))
  return { stream, printed: () => printed.join('') }
}

/** A quarter of the work in ten seconds, in pages of a thousand trades, as an exchange's history arrives. */
it.each([
  ['a bar on a terminal', true, /25% \| 10000 trades, 1000\/s \| 10s \| 30 s left/],
  ['a line elsewhere', false, /^22\.5% \| 9001 trades, 900\/s \| 34 s left\n$/],
])('shows %s, with the rate and the time left at that pace', async (_name, isTTY, line) => {
  vi.useFakeTimers({ now: 1_767_225_600_000 })
  const { stream, printed } = terminal(isTTY)
  const progress = showProgress(stream)
  for (let page = 1; page <= 10; page++) {
    vi.advanceTimersByTime(1000)
    for (let i = 1; i <= 1000; i++) progress.update(((page - 1) * 1000 + i) / 40_000, (page - 1) * 1000 + i)
  }
  vi.advanceTimersByTime(200)
  progress.stop()
  await vi.waitFor(() => expect(printed()).toMatch(line))
})
