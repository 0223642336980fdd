import { pino } from 'pino'
import { expect, it } from 'vitest'
import { throttleWarnings } from '../src/log-throttling.ts'

it('writes a repeated warning once in ten seconds, with the number of repeats', () => {
  let now = 0
  const lines: object[] = []
  const logger = pino(
    { hooks: { logMethod: throttleWarnings(() => now) }, base: null, timestamp: false },
    {
      write: (line: string) => void lines.push(JSON.parse(line)),
    },
  )
  const warn = (partition: number, reason: string, retry_in_ms = 100) =>
    logger.warn({ partition, error: new Error(reason), retry_in_ms }, 'Task failed')
  const written = () =>
    (lines.splice(0) as Record<string, unknown>[]).map(({ partition, repeated, msg }) => [partition, repeated, msg])
  for (const ms of [0, 2000, 4000, 8000]) {
    now = ms
    warn(0, 'no broker', ms)
  }
  warn(1, 'no broker')
  warn(0, 'fenced')
  expect(written()).toEqual([
    [0, undefined, 'Task failed'],
    [1, undefined, 'Task failed'],
    [0, undefined, 'Task failed'],
  ])
  now = 11_000
  warn(0, 'no broker')
  expect(written()).toEqual([[0, 3, 'Task failed']])
  logger.info({ partition: 0 }, 'Task restored')
  logger.info({ partition: 0 }, 'Task restored')
  logger.error('a sentence alone')
  logger.error('a sentence alone')
  expect(written()).toHaveLength(4)
})

it('reports the repeats of a forgotten warning with the next line', () => {
  const lines: Record<string, unknown>[] = []
  const write = (line: string) => void lines.push(JSON.parse(line))
  const logger = pino({ hooks: { logMethod: throttleWarnings(() => 0) }, base: null }, { write })
  for (let i = 0; i < 3; i++) logger.warn({ partition: 0 }, 'Task failed')
  for (let partition = 1; partition <= 1001; partition++) logger.warn({ partition }, 'Task failed')
  expect(lines.filter(line => line.others_left_out !== undefined)).toMatchObject([
    { partition: 1000, others_left_out: 2 },
  ])
})
