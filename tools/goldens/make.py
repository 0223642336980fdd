"""Golden vectors: what TA-Lib itself says of made-up series, for packages/indicators/test. `npm run goldens` runs it.

    python tools/goldens/make.py RAW_FOLDER    (with the wheel ta-lib installed)

Reads cases.json (indicator -> lists of parameters in TA-Lib's order), writes packages/indicators/test/talib.golden.json.gz:
TA-Lib's groups; warm-up, samples and sums of every output. RAW_FOLDER gets every value, for compare.ts. The series are made by
a linear congruential generator and +, -, *, / only, so that packages/indicators/test/series.ts makes the same bits.
"""
import gzip, json, math, pathlib, sys
import numpy as np
import talib
from talib import abstract

LENGTH = 5000
SAMPLES = 3
SUMS = 5
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


# Over how many candles MAVP averages at each.
PERIODS = np.array([1 + (i * 7) % 40 for i in range(LENGTH)], dtype=float)
KINDS = ['walk', 'trend', 'flat', 'zero_volume', 'huge', 'tiny', 'gaps', 'ticks', 'patterns']


# Where TA-Lib's name is not ours in capitals.
TALIB_NAMES = {'vwap_anchored': 'VWAP'}


def function_of(name):
    return abstract.Function(TALIB_NAMES.get(name, name.upper()))


def outputs(name, parameters, data):
    function = function_of(name)
    defaults = function.info['parameters']
    given = {key: type(default)(value) for (key, default), value in zip(defaults.items(), parameters)}
    result = function({**data, 'periods': PERIODS}, **given)
    columns = [np.array(r, dtype=float) for r in (result if isinstance(result, list) else [result])]
    # Whole numbers cannot be NaN: TA-Lib's Python shows 0 where they are not warm.
    function.parameters = given
    for column in columns:
        column[: function.lookback] = np.nan
    return columns


# Each value counts in its sum, but no two alike.
WEIGHTS = np.array([(i * 7919) % 13 - 6.5 for i in range(LENGTH)])


def rounded(value):
    return float(f'{value:.10g}')


def sampled(output):
    """Warm-up and samples: the first values and evenly spread ones, and sums of all; of whole numbers every one that is not 0."""
    finite = np.isfinite(output)
    warmup = int(np.argmax(finite)) if finite.any() else LENGTH
    warm = output[warmup:]
    if finite[warmup:].all() and (warm == np.floor(warm)).all() and np.abs(warm).max(initial=0) <= 200:
        indices = [warmup + int(i) for i in np.flatnonzero(warm)]
        kept = 'all'
    else:
        step = max(1, (LENGTH - warmup) // SAMPLES)
        indices = [*range(warmup, min(warmup + 2, LENGTH)), *range(warmup + step, LENGTH, step)]
        kept = 'some'
    values = [rounded(output[i]) if math.isfinite(output[i]) else None for i in indices]
    scale = float(np.nanmax(np.abs(np.where(finite, output, 0)), initial=0))
    sums = [rounded(float(block.sum())) for block in np.array_split(np.where(finite, output, 0) * WEIGHTS, SUMS)]
    return {'warmup': warmup, 'scale': float(f'{scale:.3g}'), 'gaps': np.diff(indices, prepend=0).tolist() if kept == 'all' else None, 'values': values, 'sums': None if kept == 'all' else sums}


def main():
    raw = pathlib.Path(sys.argv[1])
    raw.mkdir(exist_ok=True)
    cases = json.loads((pathlib.Path(__file__).parent / 'cases.json').read_text())
    data = {kind: series(kind) for kind in KINDS}
    goldens = {'talib': talib.__ta_version__.decode(), 'length': LENGTH, 'samples': SAMPLES, 'sums': SUMS, 'groups': talib.get_function_groups(), 'parameters': {}, 'cases': []}
    for name, sets in cases.items():
        goldens['parameters'][name] = function_of(name).info['parameters']
        for parameters in sets:
            by_series = {kind: outputs(name, parameters, data[kind]) for kind in KINDS}
            goldens['cases'].append({'name': name, 'parameters': parameters, 'series': {k: [sampled(o) for o in v] for k, v in by_series.items()}})
            for kind, values in by_series.items():
                np.concatenate(values).astype('<f8').tofile(raw / f'{name}_{"_".join(map(str, parameters))}.{kind}.f64')
    target = ROOT / 'packages/indicators/test/talib.golden.json.gz'
    target.write_bytes(gzip.compress(json.dumps(goldens, separators=(',', ':')).encode(), 9, mtime=0))
    print(f'{len(goldens["cases"])} cases, {target.stat().st_size} bytes: {target}')


main()
