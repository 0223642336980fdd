import type { METRICS } from '@candlewick/service'

/** One question of the dashboard's and the PromQL that answers it; `…` stands for the chosen jobs and groups. */
export interface Panel {
  readonly title: string
  /** The metric whose help explains the panel. */
  readonly about?: keyof typeof METRICS
  readonly unit: string
  /** Legend → expression. */
  readonly series: Readonly<Record<string, string>>
  /** A single number; from `bad` on it is red. */
  readonly bad?: number
}

const BY_GROUP = 'sum by (group)'
const rate = (metric: string, labels = '…') => `rate(${metric}{${labels}}[$__rate_interval])`
const increase = (metric: string) => `${BY_GROUP} (increase(${metric}{…}[$__rate_interval]))`
const quantile = (q: number, metric: string) =>
  `histogram_quantile(${q}, sum by (group, le) (${rate(`${metric}_bucket`)}))`
const percentiles = (metric: string) => ({
  '{{group}} p50': quantile(0.5, metric),
  '{{group}} p99': quantile(0.99, metric),
})

export const ROWS: Readonly<Record<string, readonly Panel[]>> = {
  'Are candles on time?': [
    {
      title: 'Windows overdue',
      about: 'candlewick_task_windows_overdue',
      unit: 'short',
      series: { '': 'sum(candlewick_task_windows_overdue{…})' },
      bad: 1,
    },
    {
      title: 'Window to candle or row, p99',
      about: 'candlewick_output_delay_seconds',
      unit: 's',
      series: { '{{group}}': quantile(0.99, 'candlewick_output_delay_seconds') },
      bad: 10,
    },
    {
      title: 'Records behind',
      about: 'candlewick_task_lag_records',
      unit: 'short',
      series: { '{{group}}': `${BY_GROUP} (candlewick_task_lag_records{…})` },
      bad: 10_000,
    },
    {
      title: 'Silence of the exchange',
      about: 'candlewick_seconds_since_message',
      unit: 's',
      series: { '': 'max(candlewick_seconds_since_message{…})' },
      bad: 60,
    },
    {
      title: 'Dead letters in an hour',
      about: 'candlewick_dead_letters_total',
      unit: 'short',
      series: { '': 'sum(increase(candlewick_dead_letters_total{…}[1h]))' },
      bad: 1,
    },
    {
      title: 'Partitions not processed',
      about: 'candlewick_task_ready',
      unit: 'short',
      series: { '': 'sum(1 - candlewick_task_ready{…})' },
      bad: 1,
    },
  ],
  'From the exchange': [
    {
      title: 'Trades',
      about: 'candlewick_trades_total',
      unit: 'ops',
      series: { '{{pair}}': `sum by (pair) (${rate('candlewick_trades_total', '…,pair=~"$pair"')})` },
    },
    {
      title: 'Since the last message',
      about: 'candlewick_seconds_since_message',
      unit: 's',
      series: { '{{group}} connection {{connection}}': 'candlewick_seconds_since_message{…}' },
    },
    {
      title: 'Reconnects and what was missed',
      unit: 'short',
      series: {
        '{{group}} reconnects': increase('candlewick_reconnects_total'),
        '{{group}} messages missed': increase('candlewick_exchange_messages_missed_total'),
        '{{group}} duplicates': increase('candlewick_trades_duplicate_total'),
      },
    },
    {
      title: 'Gaps',
      about: 'candlewick_gaps_unfillable_total',
      unit: 'short',
      series: {
        '{{group}} filled': increase('candlewick_gap_fill_seconds_count'),
        '{{pair}} unfillable':
          'sum by (pair) (increase(candlewick_gaps_unfillable_total{…,pair=~"$pair"}[$__rate_interval]))',
        '{{group}} trades buffered': `${BY_GROUP} (candlewick_trades_buffered{…})`,
        '{{group}} requests failed': increase('candlewick_history_failures_total'),
      },
    },
    {
      title: 'Pairs without trades',
      unit: 'short',
      series: {
        '{{group}} lost': `${BY_GROUP} (candlewick_pairs_lost{…})`,
        '{{group}} refused': `${BY_GROUP} (candlewick_pairs_refused{…})`,
      },
    },
    {
      title: 'Transactions with trades',
      about: 'candlewick_write_seconds',
      unit: 's',
      series: percentiles('candlewick_write_seconds'),
    },
  ],
  Streams: [
    {
      title: 'Records processed',
      about: 'candlewick_records_total',
      unit: 'ops',
      series: { '{{group}} {{instance}}': `sum by (group, instance) (${rate('candlewick_records_total')})` },
    },
    {
      title: 'Candles and rows',
      about: 'candlewick_outputs_total',
      unit: 'ops',
      series: { '{{group}}': `${BY_GROUP} (${rate('candlewick_outputs_total')})` },
    },
    {
      title: 'Lag by partition',
      about: 'candlewick_task_lag_records',
      unit: 'short',
      series: { '{{group}} {{partition}}': 'sum by (group, partition) (candlewick_task_lag_records{…})' },
    },
    {
      title: "From a window's end to its output",
      about: 'candlewick_output_delay_seconds',
      unit: 's',
      series: percentiles('candlewick_output_delay_seconds'),
    },
    {
      title: 'Transactions',
      about: 'candlewick_transaction_seconds',
      unit: 's',
      series: percentiles('candlewick_transaction_seconds'),
    },
    {
      title: 'Dead letters',
      about: 'candlewick_dead_letters_total',
      unit: 'short',
      series: {
        '{{group}} {{reason}}': 'sum by (group, reason) (increase(candlewick_dead_letters_total{…}[$__rate_interval]))',
      },
    },
  ],
  'Instances and moves': [
    {
      title: 'Partitions owned',
      about: 'candlewick_tasks_owned',
      unit: 'short',
      series: { '{{group}} {{instance}}': 'candlewick_tasks_owned{…}' },
    },
    {
      title: 'Rebalances and what ended tasks',
      unit: 'short',
      series: {
        '{{group}} rebalances': increase('candlewick_rebalances_total'),
        '{{group}} revoked': increase('candlewick_tasks_revoked_total'),
        '{{group}} fenced': increase('candlewick_tasks_fenced_total'),
        '{{group}} failed': increase('candlewick_tasks_failed_total'),
      },
    },
    {
      title: 'Restores',
      about: 'candlewick_restore_seconds',
      unit: 's',
      series: percentiles('candlewick_restore_seconds'),
    },
    {
      title: 'Keys that move',
      unit: 'short',
      series: {
        '{{group}} sent on': increase('candlewick_moves_total'),
        '{{group}} arrived': increase('candlewick_arrivals_total'),
        '{{group}} handed over': increase('candlewick_handovers_total'),
        '{{group}} asked for': increase('candlewick_asks_total'),
      },
    },
    {
      title: 'Handovers awaited',
      about: 'candlewick_task_handovers_awaited',
      unit: 'short',
      series: {
        '{{group}} keys': `${BY_GROUP} (candlewick_task_handovers_awaited{…})`,
        '{{group}} records held': increase('candlewick_records_held_total'),
        '{{group}} longest, seconds': 'max by (group) (candlewick_task_handover_wait_seconds{…})',
      },
    },
    {
      title: 'Losses: each should be 0',
      unit: 'short',
      series: {
        '{{group}} states lost': increase('candlewick_states_lost_total'),
        '{{group}} records cut by retention': increase('candlewick_records_cut_total'),
        '{{group}} candles that differ': increase('candlewick_candles_differing_from_exchange_total'),
      },
    },
  ],
  Processes: [
    {
      title: 'Memory',
      unit: 'bytes',
      series: { '{{job}} {{instance}}': 'process_resident_memory_bytes{…}' },
    },
    {
      title: 'CPU',
      unit: 'percentunit',
      series: { '{{job}} {{instance}}': rate('process_cpu_seconds_total') },
    },
    {
      title: 'Event loop, p99',
      unit: 's',
      series: { '{{job}} {{instance}}': 'nodejs_eventloop_lag_p99_seconds{…}' },
    },
    {
      title: 'Age of the process',
      unit: 's',
      series: { '{{job}} {{instance}}': 'time() - process_start_time_seconds{…}' },
    },
  ],
}
