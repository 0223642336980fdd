"""Candles and a few indicators of a recording of trades, made without any of Candlewick's code: decimals, whole lists.

    python3 recompute.py FILE PAIR INTERVALS      PAIR '*' where the file names its pairs; INTERVALS e.g. 1m,5m,1h

Prints a JSON array: every window of every interval from the pair's first trade to the end of the shortest window that
holds the recording's last trade. Prices and sums are exact decimals, as text; times in Unix ms. Python 3.7, standard
library only.
"""
import csv
import gzip
import json
import sys
from decimal import Decimal, getcontext

getcontext().prec = 60
UNIT_MS = {'s': 1000, 'm': 60_000, 'h': 3_600_000, 'd': 86_400_000, 'w': 604_800_000}
MONDAY_MS = 4 * UNIT_MS['d']  # 1970-01-05


def opened(path):
    return gzip.open(path, 'rt') if path.endswith('.gz') else open(path)


def milliseconds(seconds):
    return int(Decimal(seconds) * 1000)


def kraken_csv(path):
    """time in s, price, volume; no ids: lines are counted."""
    with opened(path) as lines:
        for number, (time, price, volume) in enumerate(csv.reader(lines), 1):
            yield None, number, milliseconds(time), None, Decimal(price), Decimal(volume)


def kraken_rest(path):
    """[price, volume, time in s, b|s, type, misc, id] in the answer of /0/public/Trades."""
    with opened(path) as file:
        result = json.load(file, parse_float=Decimal)['result']
    for price, volume, time, side, _, _, number in next(rows for name, rows in result.items() if name != 'last'):
        yield None, number, milliseconds(time), {'b': 'buy', 's': 'sell'}[side], Decimal(price), Decimal(volume)


def binance_rows(path):
    """[time in ms, id, type, side, price, amount, cost]"""
    with opened(path) as file:
        for time, number, _, side, price, amount, _ in json.load(file, parse_float=Decimal, parse_int=Decimal):
            yield None, int(number), int(time), side, Decimal(price), Decimal(amount)


def binance_capture(path):
    """Messages of a WebSocket, each after its time of receipt; the aggregate trades count."""
    with opened(path) as lines:
        for line in lines:
            time, separator, message = line.partition(': ')
            event = json.loads(message).get('data', {}) if separator else {}
            if event.get('e') == 'aggTrade':
                side = 'sell' if event['m'] else 'buy'  # m: the buyer was the maker
                yield event['s'], event['a'], event['T'], side, Decimal(event['p']), Decimal(event['q'])


READERS = {
    'kraken-trades-bcheur.csv': kraken_csv,
    'kraken-rest-trades-xbtusdt.json': kraken_rest,
    'binance-aggtrades-xrpeth.json.gz': binance_rows,
    'binance-futures-ws-capture.txt.gz': binance_capture,
}


def length_ms(interval):
    return int(interval[:-1]) * UNIT_MS[interval[-1]]


def window(time, length):
    offset = MONDAY_MS if length == UNIT_MS['w'] else 0
    return (time - offset) // length * length + offset


def text(number):
    return format(number, 'f')


def candle(trades, previous):
    """Returns the candle of trades (id, time, side, price, qty), lowest id first; without trades, a flat one at the previous close."""
    prices = [trade[3] for trade in trades] or [previous]
    volume = sum((trade[4] for trade in trades), Decimal(0))
    quote_volume = sum((trade[3] * trade[4] for trade in trades), Decimal(0))
    return {
        'open': text(prices[0]),
        'high': text(max(prices)),
        'low': text(min(prices)),
        'close': text(prices[-1]),
        'volume': text(volume),
        'quote_volume': text(quote_volume),
        'vwap': text(quote_volume / volume if trades else previous),
        'trade_count': len(trades),
        'buy_volume': text(sum((trade[4] for trade in trades if trade[2] == 'buy'), Decimal(0))),
        'first_trade_id': trades[0][0] if trades else None,
        'last_trade_id': trades[-1][0] if trades else None,
    }


def sma(closes, period):
    return [None if i + 1 < period else sum(closes[i + 1 - period : i + 1]) / period for i in range(len(closes))]


def ema(closes, period):
    """TA-Lib's: begins with the simple average of the first `period`."""
    values = [None] * len(closes)
    for i in range(period - 1, len(closes)):
        before = values[i - 1] if i >= period else None
        values[i] = sum(closes[:period]) / period if before is None else before + (closes[i] - before) * 2 / (period + 1)
    return values


def rsi(closes, period):
    """TA-Lib's: Wilder's averages begin with the simple ones of the first `period` changes."""
    changes = [after - before for before, after in zip(closes, closes[1:])]
    values = [None] * min(period, len(closes))
    gain = loss = Decimal(0)
    for i, change in enumerate(changes):
        up, down = max(change, Decimal(0)), max(-change, Decimal(0))
        if i < period:
            gain, loss = gain + up / period, loss + down / period
        else:
            gain, loss = (gain * (period - 1) + up) / period, (loss * (period - 1) + down) / period
        if i + 1 >= period:
            values.append(100 * gain / (gain + loss) if gain + loss > 0 else Decimal(0))
    return values


def series(pair, trades, interval, base, end):
    """One pair's candles of an interval with their indicators."""
    length = length_ms(interval)
    windows = {}
    for trade in trades:
        windows.setdefault(window(trade[1], length), []).append(trade)
    first = min(trade[1] for trade in trades)
    rows, previous = [], None
    for start in range(window(first, length), end - length + 1, length):
        inside = sorted(windows.get(start, []))
        previous = inside[-1][3] if inside else previous
        rows.append({
            'pair': pair,
            'interval': interval,
            'open_time_ms': start,
            'close_time_ms': start + length,
            **candle(inside, previous),
            'complete': start >= window(first, base) + base,
        })
    closes = [Decimal(row['close']) for row in rows]
    for name, values in (('sma_7', sma(closes, 7)), ('ema_7', ema(closes, 7)), ('rsi_14', rsi(closes, 14))):
        for row, value in zip(rows, values):
            row[name] = None if value is None else text(value)
    return rows


def main(path, pair, intervals):
    by_pair = {}
    for named, *trade in READERS[path.rpartition('/')[2]](path):
        by_pair.setdefault(named or pair, []).append(tuple(trade))
    names = intervals.split(',')
    base = min(map(length_ms, names))
    assert all(length_ms(name) % base == 0 for name in names), 'the shortest interval must divide the others'
    end = window(max(trade[1] for trades in by_pair.values() for trade in trades), base) + base
    json.dump([row for of, trades in by_pair.items() for name in names for row in series(of, trades, name, base, end)], sys.stdout)


main(*sys.argv[1:])
