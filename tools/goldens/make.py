"""Golden vectors: what TA-Lib itself says of made-up series, for packages/indicators/test.

    python3 -m venv VENV && VENV/bin/pip install ta-lib numpy && VENV/bin/python tools/goldens/make.py [RAW_FOLDER]

Reads cases.json (indicator -> lists of parameters in TA-Lib's order), writes packages/indicators/test/talib.golden.json.gz:
warm-up and samples of every output; with RAW_FOLDER also every value, for tools/goldens/main.ts. The series are made by
a linear congruential generator and +, -, *, / only, so that packages/indicators/test/series.ts makes the same bits.
"""
import gzip, json, math, pathlib, sys
import numpy as np
import talib
from talib import abstract

LENGTH = 5000
SAMPLES = 8
ROOT = pathlib.Path(__file__).resolve().parents[2]


class Random:
    """x -> 1664525 x + 1013904223 mod 2**32 (Numerical Recipes); uniform in [0, 1)."""

    def __init__(self, seed):
        self.x = seed

    def next(self):
        self.x = (1664525 * self.x + 1013904223) % 4294967296
        return self.x / 4294967296


def shape(kind, i, u):
    """How far a candle's price moves, relative to the price, and the most that its wicks add."""
    if kind == 'trend':
        return (0.004 if i % 1000 < 500 else -0.004) + 0.002 * (u - 0.5), 0.001
    if kind == 'flat':
        return (0.02 * (u - 0.5), 0.004) if i % 400 < 150 else (0, 0)
    if kind == 'gaps':
        return (0.4 * (u - 0.5) if i % 50 == 0 else 0.01 * (u - 0.5)), 0.003
    return 0.02 * (u - 0.5), 0.006


SCALE = {'huge': 1e12, 'tiny': 1e-7}


TEMPLATES = json.loads((ROOT / 'packages/indicators/test/templates.json').read_text())
QUIET = 12


def patterns(random):
    """Whole prices: quiet candles and, between them, rare patterns, some mirrored, some a tick off."""
    close, rows = 2000, []
    while len(rows) < LENGTH:
        for _ in range(QUIET):
            open_ = close + math.floor(random.next() * 3) - 1
            close = open_ + math.floor(random.next() * 7) - 3
            high = max(open_, close) + math.floor(random.next() * 3)
            rows.append((open_, high, min(open_, close) - math.floor(random.next() * 3), close))
        template = TEMPLATES[math.floor(random.next() * len(TEMPLATES))]
        side = 1 if random.next() < 0.5 else -1
        base = close
        for candle in template:
            prices = []
            for offset in candle:
                u = random.next()
                prices.append(base + side * offset + (1 if u < 0.02 else -1 if u > 0.98 else 0))
            close = prices[3]
            rows.append((prices[0], max(prices), min(prices), close))
    columns = [*zip(*rows[:LENGTH]), [float(i % 7) for i in range(LENGTH)]]
    return {k: np.array(v, dtype=float) for k, v in zip(('open', 'high', 'low', 'close', 'volume'), columns)}


def series(kind):
    """Open, high, low, close and volume of LENGTH candles."""
    random = Random(len(kind) * 7919)
    if kind == 'patterns':
        return patterns(random)
    close = 100 * SCALE.get(kind, 1)
    columns = [[], [], [], [], []]
    for i in range(LENGTH):
        move, wick = shape(kind, i, random.next())
        open_ = close if random.next() < 0.7 else close * (1 + wick * (random.next() - 0.5))
        close = open_ * (1 + move)
        high = max(open_, close) * (1 + wick * random.next())
        low = min(open_, close) * (1 - wick * random.next())
        volume = 50 * random.next()
        if kind == 'ticks':
            open_, high, low, close = (math.floor(v * 4 + 0.5) / 4 for v in (open_, high, low, close))
        if kind == 'zero_volume' and i % 300 >= 100 or wick == 0:
            volume = 0.0
        for column, value in zip(columns, (open_, high, low, close, volume)):
            column.append(float(value))
    return {k: np.array(v) for k, v in zip(('open', 'high', 'low', 'close', 'volume'), columns)}


KINDS = ['walk', 'trend', 'flat', 'zero_volume', 'huge', 'tiny', 'gaps', 'ticks', 'patterns']


# Where TA-Lib's name is not ours in capitals.
TALIB_NAMES = {'vwap_anchored': 'VWAP'}


def outputs(name, parameters, data):
    function = abstract.Function(TALIB_NAMES.get(name, name.upper()))
    defaults = function.info['parameters']
    given = {key: type(default)(value) for (key, default), value in zip(defaults.items(), parameters)}
    result = function(data, **given)
    columns = [np.array(r, dtype=float) for r in (result if isinstance(result, list) else [result])]
    # Whole numbers cannot be NaN: TA-Lib's Python shows 0 where they are not warm.
    function.parameters = given
    for column in columns:
        column[: function.lookback] = np.nan
    return columns


def sampled(output):
    """Warm-up and samples: the first values and evenly spread ones; of whole numbers every one that is not 0."""
    finite = np.isfinite(output)
    warmup = int(np.argmax(finite)) if finite.any() else LENGTH
    warm = output[warmup:]
    if finite[warmup:].all() and (warm == np.floor(warm)).all() and np.abs(warm).max(initial=0) <= 200:
        indices = [warmup + int(i) for i in np.flatnonzero(warm)]
        kept = 'all'
    else:
        step = max(1, (LENGTH - warmup) // SAMPLES)
        indices = [*range(warmup, min(warmup + 3, LENGTH)), *range(warmup + step, LENGTH, step)]
        kept = 'some'
    values = [float(f'{output[i]:.10g}') if math.isfinite(output[i]) else None for i in indices]
    scale = float(np.nanmax(np.abs(np.where(finite, output, 0)), initial=0))
    return {'warmup': warmup, 'scale': float(f'{scale:.3g}'), 'gaps': np.diff(indices, prepend=0).tolist() if kept == 'all' else None, 'values': values}


def main():
    raw = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else None
    cases = json.loads((pathlib.Path(__file__).parent / 'cases.json').read_text())
    data = {kind: series(kind) for kind in KINDS}
    goldens = {'talib': talib.__ta_version__.decode(), 'length': LENGTH, 'samples': SAMPLES, 'cases': []}
    for name, sets in cases.items():
        for parameters in sets:
            by_series = {kind: outputs(name, parameters, data[kind]) for kind in KINDS}
            goldens['cases'].append({'name': name, 'parameters': parameters, 'series': {k: [sampled(o) for o in v] for k, v in by_series.items()}})
            if raw:
                raw.mkdir(exist_ok=True)
                for kind, values in by_series.items():
                    np.concatenate(values).astype('<f8').tofile(raw / f'{name}_{"_".join(map(str, parameters))}.{kind}.f64')
    target = ROOT / 'packages/indicators/test/talib.golden.json.gz'
    target.write_bytes(gzip.compress(json.dumps(goldens, separators=(',', ':')).encode(), 9, mtime=0))
    print(f'{len(goldens["cases"])} cases, {target.stat().st_size} bytes: {target}')


main()
