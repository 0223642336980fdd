"""DuckDB and TA-Lib: a CSV of trades to candles of four intervals and the default indicators, as Parquet."""
import sys

from measured import report

import duckdb
import pyarrow.parquet as pq
from indicators import with_indicators

file, out = sys.argv[1:3]
db = duckdb.connect()
db.execute(f"""
    create table m1 as
    select pair, '1m' as interval, timestamp_ms // 60000 * 60000 as t, arg_min(price, trade_id) as open,
           max(price) as high, min(price) as low, arg_max(price, trade_id) as close, sum(qty) as volume,
           sum(price * qty) as quote_volume, count(*) as trade_count,
           sum(case when side = 'buy' then qty else 0 end) as buy_volume, min(trade_id) as first_trade_id,
           max(trade_id) as last_trade_id
    from read_csv('{file}', header = true, columns = {{'pair': 'VARCHAR', 'trade_id': 'BIGINT', 'side': 'VARCHAR',
        'price': 'DOUBLE', 'qty': 'DOUBLE', 'timestamp_ms': 'BIGINT'}})
    group by all""")
rolled = [f"""
    select pair, '{name}' as interval, t // {ms} * {ms} as t, arg_min(open, first_trade_id), max(high), min(low),
           arg_max(close, first_trade_id), sum(volume), sum(quote_volume), sum(trade_count), sum(buy_volume),
           min(first_trade_id), max(last_trade_id)
    from m1 group by all""" for name, ms in (("5m", 300_000), ("15m", 900_000), ("1h", 3_600_000))]
candles = db.sql(f"""
    select *, quote_volume / volume as vwap from ({' union all '.join(['select * from m1', *rolled])})
    order by pair, interval, t""").to_arrow_table()
trades = db.execute("select sum(trade_count) from m1").fetchone()[0]
features = with_indicators(candles)
pq.write_table(features, out, compression="zstd")
report(int(trades), features.num_rows)
