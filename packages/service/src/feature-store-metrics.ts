import { counter, gauge } from './metric-spec.ts'

const STORE = ['feature-store']
const OF_STORE = { store: [] }

/** The metrics of services/feature-store. */
export const FEATURE_STORE_METRICS = {
  candlewick_store_up: gauge(
    'stores',
    '1 while the partition is being stored, else 0. /readyz and the log say what is wrong with the store',
    STORE,
    'store',
    'partition',
  ),
  candlewick_store_lag_records: gauge(
    'records',
    'Records of the partition that the store has not received yet. Start more instances if it keeps growing',
    STORE,
    'store',
    'partition',
  ),
  candlewick_store_rows_total: counter('rows', 'Rows written to the store', STORE, OF_STORE),
  candlewick_store_failures_total: counter(
    'times',
    'Times that a store could not be written. Nothing is skipped: the rows are stored when it can be written again',
    STORE,
    OF_STORE,
  ),
  candlewick_store_dead_letters_total: counter(
    'rows',
    'Rows that a store can never accept and that were written to dead-letters. Their headers name store and reason',
    STORE,
    OF_STORE,
  ),
  candlewick_store_offsets_truncated_total: counter(
    'offsets',
    'Offsets that retention deleted before the store had their rows. Compute these rows again with npm run compute',
    STORE,
    OF_STORE,
  ),
}
