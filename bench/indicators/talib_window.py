"""TA-Lib's C code on the last 200 candles for each candle: prints candles a CPU-second of each function, as JSON."""
import json, sys, time
import numpy as np
import talib
from talib import abstract

WINDOW = 200
CANDLES = 2000
NAMES = {'vwap_anchored': 'VWAP'}
GIVEN = {'sma': [20], 'ema': [20], 'wma': [20], 'dema': [20], 'tema': [20], 'trima': [20], 'kama': [20], 'hma': [20],
         'zlema': [20], 'rma': [20], 'vwma': [20], 'trix': [15], 'stddev': [20, 1]}

rng = np.random.default_rng(1)
close = 100 * np.exp(np.cumsum(rng.normal(0, 0.005, CANDLES)))
open_ = np.concatenate([[100], close[:-1]])
data = {'open': open_, 'close': close, 'high': np.maximum(open_, close) * 1.002, 'low': np.minimum(open_, close) * 0.998,
        'volume': rng.uniform(0, 50, CANDLES), 'periods': rng.integers(2, 30, CANDLES).astype(float)}
groups = {f for fs in talib.get_function_groups().values() for f in fs}
rates = {}
for name in sys.argv[1:]:
    theirs = NAMES.get(name, name.upper())
    if theirs not in groups or name == 'vwap':
        continue
    function = getattr(talib, theirs)
    info = abstract.Function(theirs)
    columns = []
    for key, value in info.input_names.items():
        columns += [data[v] for v in ([value] if isinstance(value, str) else value)]
    parameters = list(info.info['parameters'].values())
    if name in GIVEN:
        parameters[:len(GIVEN[name])] = GIVEN[name]
    before = time.process_time()
    for end in range(WINDOW, CANDLES):
        function(*[c[end - WINDOW:end] for c in columns], *parameters)
    rates[name] = [round((CANDLES - WINDOW) / (time.process_time() - before))]
print(json.dumps(rates))
