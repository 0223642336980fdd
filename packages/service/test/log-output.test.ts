import { expect, it } from 'vitest'
import { LogOutput } from '../src/log-output.ts'

const failure = (code: string) => Object.assign(new Error(`${code}: it failed, write`), { code })

/** An output that has room for so many bytes, and that fails with the code when it is full. */
function output(code: string) {
  const disk = { room: Number.POSITIVE_INFINITY, text: '' }
  const lost: number[] = []
  const log = new LogOutput(
    (lines, reason) => `${lines} lost: ${reason}\n`,
    bytes => {
      const taken = Math.min(bytes.length, disk.room)
      if (taken === 0) throw failure(code)
      disk.room -= taken
      disk.text += bytes.subarray(0, taken).toString()
      return taken
    },
  )
  log.onLost(lines => lost.push(lines))
  return { disk, lost, log }
}

it.each(['ENOSPC', 'EPIPE', 'EIO'])(
  'goes on without the log while writing fails with %s, and reports the lost lines afterwards',
  code => {
    const { disk, lost, log } = output(code)
    log.write('one\n')
    disk.room = 0
    for (const line of ['two\n', 'three\n', 'four\n']) log.write(line)
    expect(disk.text).toBe('one\n')
    disk.room = Number.POSITIVE_INFINITY
    log.write('five\n')
    log.write('six\n')
    expect(disk.text).toBe(`one\n3 lost: ${code}: it failed, write\nfive\nsix\n`)
    expect(lost).toEqual([1, 1, 1])
  },
)

it('ends a line that was cut off by a full disk before it writes the next one', () => {
  const { disk, log } = output('ENOSPC')
  disk.room = 3
  log.write('first line\n')
  log.write('second line\n')
  disk.room = Number.POSITIVE_INFINITY
  log.write('third line\n')
  expect(disk.text).toBe('fir\n2 lost: ENOSPC: it failed, write\nthird line\n')
})

it('keeps counting when there is room only for the report', () => {
  const { disk, log } = output('ENOSPC')
  disk.room = 0
  log.write('one\n')
  disk.room = '1 lost: ENOSPC: it failed, write\n'.length
  log.write('two\n')
  disk.room = Number.POSITIVE_INFINITY
  log.write('three\n')
  expect(disk.text).toBe('1 lost: ENOSPC: it failed, write\n1 lost: ENOSPC: it failed, write\nthree\n')
})

it('waits a moment for a busy reader, but not without end, and not for each line', () => {
  const { disk, log } = output('EAGAIN')
  disk.room = 0
  const startedAt = performance.now()
  for (let i = 0; i < 1000; i++) log.write(`line ${i}\n`)
  expect(performance.now() - startedAt).toBeLessThan(2000)
  disk.room = Number.POSITIVE_INFINITY
  log.write('last\n')
  expect(disk.text).toBe('1000 lost: EAGAIN: it failed, write\nlast\n')
})

it('reports to a listener that is added late how many lines are lost', () => {
  const { disk, log } = output('ENOSPC')
  disk.room = 0
  log.write('one\n')
  log.write('two\n')
  const counts: number[] = []
  log.onLost(lines => counts.push(lines))
  log.write('three\n')
  expect(counts).toEqual([2, 1])
})
