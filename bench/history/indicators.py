"""The default indicators of technical-indicators by TA-Lib, for candles sorted by pair, interval and time."""
import numpy as np
import talib

DAY_MS = 86_400_000


def vwap_session(t, volume, quote_volume):
    """Sums since midnight UTC: quote volume over volume."""
    day = t // DAY_MS
    first = np.r_[0, np.flatnonzero(day[1:] != day[:-1]) + 1]
    begin = np.repeat(first, np.diff(np.r_[first, len(day)]))
    v, q = np.r_[0.0, np.cumsum(volume)], np.r_[0.0, np.cumsum(quote_volume)]
    return (q[1:] - q[begin]) / (v[1:] - v[begin])


def of_series(c):
    """The columns of one pair and interval. c: a dict of arrays."""
    close, high, low = c["close"], c["high"], c["low"]
    out = {f"sma_{n}": talib.SMA(close, n) for n in (7, 14, 21, 60)}
    out |= {f"ema_{n}": talib.EMA(close, n) for n in (7, 14, 21, 60)}
    out["rsi_14"] = talib.RSI(close, 14)
    macd = talib.MACD(close, 12, 26, 9)
    out |= dict(zip(("macd_12_26_9", "macd_signal_12_26_9", "macd_hist_12_26_9"), macd))
    bands = talib.BBANDS(close, 20, 2.0, 2.0)
    out |= dict(zip(("bbands_upper_20_2", "bbands_middle_20_2", "bbands_lower_20_2"), bands))
    stoch = talib.STOCH(high, low, close, 5, 3, 0, 3, 0)
    out |= dict(zip(("stoch_slowk_5_3_3", "stoch_slowd_5_3_3"), stoch))
    out["atr_14"] = talib.ATR(high, low, close, 14)
    out["adx_14"] = talib.ADX(high, low, close, 14)
    out["obv"] = talib.OBV(close, c["volume"])
    out["vwap_session"] = vwap_session(c["t"], c["volume"], c["quote_volume"])
    return out


def with_indicators(table):
    """table: pyarrow.Table with pair, interval, t (int64, Unix ms) and a candle's columns."""
    import pyarrow as pa

    names = ("open", "high", "low", "close", "volume", "quote_volume")
    columns = {name: table[name].to_numpy().astype(np.float64) for name in names}
    columns["t"] = table["t"].to_numpy()
    key = table["pair"].combine_chunks().dictionary_encode().indices.to_numpy() * 8
    key = key + table["interval"].combine_chunks().dictionary_encode().indices.to_numpy()
    cuts = np.r_[0, np.flatnonzero(key[1:] != key[:-1]) + 1, len(key)]
    parts = [of_series({k: v[a:b] for k, v in columns.items()}) for a, b in zip(cuts[:-1], cuts[1:])]
    for name in parts[0]:
        table = table.append_column(name, pa.array(np.concatenate([p[name] for p in parts]), from_pandas=True))
    return table
