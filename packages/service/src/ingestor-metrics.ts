import { counter, gauge, histogram, type MetricSpec } from './metric-spec.ts'

const INGESTOR = ['trades-ingestor']
const FAST_SECONDS = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30]
const SLOW_SECONDS = [0.1, 0.3, 1, 3, 10, 30, 60, 300, 900]
const TRADES = [1, 3, 10, 30, 100, 300, 1000, 10_000, 100_000]

/** Metrics of trades-ingestor by their full names. */
export const INGESTOR_METRICS = {
  candlewick_trades_total: counter('trades', 'Trades written to the topic', INGESTOR, { pair: [] }),
  candlewick_trades_duplicate_total: counter(
    'trades',
    'Trades dropped because they were written before. Normal after a reconnect',
    INGESTOR,
  ),
  candlewick_trades_rejected_total: counter(
    'trades',
    'Trades of the exchange left out because a value is impossible, such as a quantity of 0. The log has an example',
    INGESTOR,
    { pair: [] },
  ),
  candlewick_trades_unrequested_total: counter(
    'trades',
    'Trades dropped because PAIRS does not name their pair. The log names the pair, and the pairs of PAIRS whose trades they may be',
    INGESTOR,
  ),
  candlewick_trades_contradicting_total: counter(
    'trades',
    'Trades of the exchange dropped because another trade has their id, with other content. Their windows have complete: false',
    INGESTOR,
    { pair: [] },
  ),
  candlewick_trades_ahead_total: counter(
    'trades',
    "Trades more than 10 s ahead of the exchange's other times. They are written, but do not advance the clock that closes windows",
    INGESTOR,
  ),
  candlewick_trades_unbuffered_total: counter(
    'trades',
    'Trades dropped from the buffer behind a gap, because more than 300,000 were buffered. They are fetched again from the history',
    INGESTOR,
  ),
  candlewick_trades_buffered: gauge('trades', 'Trades buffered until the gap before them is filled', INGESTOR),
  candlewick_seconds_since_message: gauge(
    'seconds',
    'Time since the last message on a connection to the exchange. Above 60 s the connection is dead and reconnecting has not helped',
    INGESTOR,
    'connection',
  ),
  candlewick_exchange_messages_total: counter('messages', 'Messages received from the exchange, by type', INGESTOR, {
    type: [],
  }),
  candlewick_exchange_messages_missed_total: counter(
    'messages',
    'Messages of the exchange that are missing in its sequence numbers, or unreadable. Trades that they may have carried are fetched from its history',
    INGESTOR,
  ),
  candlewick_exchange_clock_offset_seconds: gauge(
    'seconds',
    'Clock of the exchange minus the clock of this machine. Absent until the exchange has sent a time',
    INGESTOR,
  ),
  candlewick_reconnects_total: counter(
    'connections',
    'Connections to the exchange that were lost and reopened',
    INGESTOR,
    {
      connection: [],
    },
  ),
  candlewick_pairs_lost: gauge(
    'pairs',
    'Pairs whose feed is lost or has an open gap. Their candles do not close until it is filled',
    INGESTOR,
  ),
  candlewick_pairs_refused: gauge(
    'pairs',
    'Pairs that the exchange refuses. /readyz names them and the reason: correct PAIRS',
    INGESTOR,
  ),
  candlewick_gap_trades: histogram(
    'trades',
    'Trades fetched from the history of the exchange to fill one gap',
    INGESTOR,
    TRADES,
  ),
  candlewick_gap_fill_seconds: histogram(
    'seconds',
    'Time from the detection of a gap until it was filled',
    INGESTOR,
    SLOW_SECONDS,
  ),
  candlewick_gaps_unfillable_total: counter(
    'gaps',
    'Gaps that the history of the exchange could not fill. Candles of those windows have complete: false',
    INGESTOR,
    { pair: [] },
  ),
  candlewick_trades_unfillable_total: counter(
    'trades',
    'Trades missing in the gaps that could not be filled',
    INGESTOR,
    { pair: [] },
  ),
  candlewick_history_failures_total: counter(
    'requests',
    'Requests to the history of the exchange that failed and are retried',
    INGESTOR,
  ),
  candlewick_write_seconds: histogram(
    'seconds',
    'Duration of a transaction that writes trades. If it rises, the broker is slow',
    INGESTOR,
    FAST_SECONDS,
  ),
  candlewick_write_failures_total: counter(
    'transactions',
    'Transactions that failed and were retried. Trades wait in memory meanwhile: check the broker',
    INGESTOR,
  ),
  candlewick_candles_compared_with_exchange_total: counter(
    'candles',
    'Candles compared with those of the exchange, by AUDIT_EVERY_MINUTES',
    INGESTOR,
    { pair: [] },
  ),
  candlewick_candles_differing_from_exchange_total: counter(
    'candles',
    'Candles that differ from those of the exchange. The log has each field that differs',
    INGESTOR,
    { pair: [] },
  ),
} satisfies Record<string, MetricSpec>
