"""Polars and TA-Lib: a CSV of trades to candles of four intervals and the default indicators, as Parquet."""
import sys

from measured import report

import polars as pl
import pyarrow.parquet as pq
from indicators import with_indicators

file, out = sys.argv[1:3]
SCHEMA = {"pair": pl.String, "trade_id": pl.Int64, "side": pl.String, "price": pl.Float64, "qty": pl.Float64,
          "timestamp_ms": pl.Int64}
c = pl.col
m1 = (pl.scan_csv(file, schema=SCHEMA)
      .group_by("pair", t=c("timestamp_ms") // 60_000 * 60_000)
      .agg(open=c("price").first(), high=c("price").max(), low=c("price").min(), close=c("price").last(),
           volume=c("qty").sum(), quote_volume=(c("price") * c("qty")).sum(), trade_count=pl.len().cast(pl.Int64),
           buy_volume=c("qty").filter(c("side") == "buy").sum(), first_trade_id=c("trade_id").min(),
           last_trade_id=c("trade_id").max())
      .sort("pair", "t").collect())
sums = [c(name).sum() for name in ("volume", "quote_volume", "trade_count", "buy_volume")]


def rolled(ms):
    return (m1.lazy().group_by("pair", t=c("t") // ms * ms, maintain_order=True)
            .agg(c("open").first(), c("high").max(), c("low").min(), c("close").last(), *sums,
                 c("first_trade_id").min(), c("last_trade_id").max()))


intervals = {"1m": m1.lazy(), "5m": rolled(300_000), "15m": rolled(900_000), "1h": rolled(3_600_000)}
candles = (pl.concat([frame.with_columns(interval=pl.lit(name)) for name, frame in intervals.items()])
           .with_columns(vwap=c("quote_volume") / c("volume")).sort("pair", "interval", "t").collect())
features = with_indicators(candles.to_arrow())
pq.write_table(features, out, compression="zstd")
report(int(m1["trade_count"].sum()), features.num_rows)
