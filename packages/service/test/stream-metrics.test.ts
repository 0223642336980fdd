import type { StreamEvent, TaskStatus } from '@candlewick/streams'
import { Registry } from 'prom-client'
import { expect, it } from 'vitest'
import { createLogger, streamMetrics } from '../src/index.ts'

const task = (partition: number, lag: number): TaskStatus => ({
  partition,
  lag,
  ready: true,
  keys: 2,
  awaiting: 1,
  awaitingMs: 2500,
  overdue: 1,
  position: 100,
})

function observed(events: readonly StreamEvent[], tasks: TaskStatus[] = []) {
  const registry = new Registry()
  const lines: { level: string; msg: string }[] = []
  const logger = createLogger('candles', 'info', { write: line => lines.push(JSON.parse(line)) })
  const observe = streamMetrics(registry, logger, () => tasks)
  for (const event of events) observe(event)
  const values = async () => (await registry.metrics()).split('\n').filter(line => line && !line.startsWith('#'))
  return { values, lines }
}

it('shows the tasks’ current values at each scrape', async () => {
  const tasks = [task(0, 5), task(2, 0)]
  const { values } = observed([], tasks)
  expect(await values()).toEqual(
    expect.arrayContaining([
      'candlewick_tasks_owned 2',
      'candlewick_task_lag_records{partition="0"} 5',
      'candlewick_task_lag_records{partition="2"} 0',
      'candlewick_task_handovers_awaited{partition="0"} 1',
      'candlewick_task_handover_wait_seconds{partition="0"} 2.5',
      'candlewick_task_windows_overdue{partition="0"} 1',
      'candlewick_task_position_offset{partition="2"} 100',
    ]),
  )
  tasks.shift()
  const after = await values()
  expect(after).toContain('candlewick_tasks_owned 1')
  expect(after.join('\n')).not.toContain('partition="0"')
})

it('counts every event', async () => {
  const { values } = observed([
    { type: 'assigned', partitions: [0, 1] },
    { type: 'restored', partition: 0, keys: 2, records: 40, ms: 30 },
    { type: 'committed', partition: 0, records: 500, outputs: 7, ms: 4, delaysMs: [400, 2000] },
    { type: 'committed', partition: 0, records: 20, outputs: 1, ms: 4, delaysMs: [] },
    { type: 'fenced', partition: 0 },
    { type: 'failed', partition: 0, error: new Error('x'), retryInMs: 100 },
    { type: 'truncated', partition: 0, topic: 'trades', from: 1, start: 9 },
    { type: 'revoked', partition: 0 },
    { type: 'counted', name: 'moves', by: 2 },
    { type: 'counted', name: 'dead_letters:late', by: 1 },
    { type: 'counted', name: 'dead_letters:malformed', by: 4 },
    { type: 'counted', name: 'something_new', by: 3 },
  ])
  expect(await values()).toEqual(
    expect.arrayContaining([
      'candlewick_rebalances_total 1',
      'candlewick_restore_seconds_sum 0.03',
      'candlewick_records_restored_total 40',
      'candlewick_records_total 520',
      'candlewick_records_written_total 8',
      'candlewick_transaction_seconds_count 2',
      'candlewick_transaction_seconds_bucket{le="0.005"} 2',
      'candlewick_output_delay_seconds_bucket{le="0.5"} 1',
      'candlewick_output_delay_seconds_bucket{le="2"} 2',
      'candlewick_tasks_fenced_total 1',
      'candlewick_tasks_failed_total 1',
      'candlewick_truncations_total 1',
      'candlewick_tasks_revoked_total 1',
      'candlewick_moves_total 2',
      'candlewick_dead_letters_total{reason="late"} 1',
      'candlewick_dead_letters_total{reason="malformed"} 4',
      'candlewick_dead_letters_total{reason="stale_id"} 0',
      'candlewick_events_total{event="something_new"} 3',
      'candlewick_handovers_total 0',
    ]),
  )
})

it('logs events for operators, and no commits', () => {
  const { lines } = observed([
    { type: 'assigned', partitions: [0] },
    { type: 'committed', partition: 0, records: 1, outputs: 1, ms: 1, delaysMs: [] },
    { type: 'fenced', partition: 0 },
    { type: 'failed', partition: 0, error: new Error('broker away'), retryInMs: 100 },
  ])
  expect(lines.map(({ level, msg }) => [level, msg])).toEqual([
    ['info', 'Partitions assigned'],
    ['warn', 'Fenced: another instance has taken the partition over'],
    ['warn', 'Task failed: it is restored from its last commit and continues'],
  ])
  expect(lines[2]).toMatchObject({ partition: 0, error: { message: 'broker away' }, retry_in_ms: 100 })
})

it('logs a bound that was reached once, and counts each time', async () => {
  const { values, lines } = observed([
    { type: 'counted', name: 'id_ranges_forgotten', by: 3 },
    { type: 'counted', name: 'id_ranges_forgotten', by: 4 },
  ])
  expect(await values()).toContain('candlewick_id_ranges_forgotten_total 7')
  expect(lines.map(({ msg }) => msg)).toEqual([expect.stringMatching(/^A pair has more than 100 ranges of trade ids/)])
})

it('names partitions that have not reported to the registrar, and counts each time', async () => {
  const { values, lines } = observed([{ type: 'counted', name: 'reports_awaited:2, 5', by: 1 }])
  expect(await values()).toContain('candlewick_reports_awaited_total 1')
  const msg = expect.stringMatching(/^Partitions have not reported for 30 s/)
  expect(lines).toEqual([expect.objectContaining({ level: 'warn', example: '2, 5', msg })])
})

it.each([
  ['contradictions:BTC/USD', 'candlewick_contradictions_total 2', /its id or window was counted with other content/],
  ['duplicates_not_compared:BTC/USD', 'candlewick_duplicates_not_compared_total 2', /too long ago to compare/],
  ['gaps_joined:BTC/USD', 'candlewick_gaps_joined_total 2', /more than 32 gaps/],
])('counts %s, and logs it with the pair', async (name, value, sentence) => {
  const { values, lines } = observed([{ type: 'counted', name, by: 2 }])
  expect(await values()).toContain(value)
  expect(lines).toEqual([expect.objectContaining({ example: 'BTC/USD', msg: expect.stringMatching(sentence) })])
})
