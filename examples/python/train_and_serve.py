"""Trains a model on computed history, serves it on the live stream, and checks that both had the same features.

    pip install ./clients/python scikit-learn
    npm run compute -- --exchange kraken --pair BTC/USD,ETH/USD --from 2026-11-01 --out dataset
    python examples/python/train_and_serve.py serve --dataset dataset --brokers localhost:19092 --served served.json

`serve` compares the rows that it received live with the rows that history has afterwards. `compare` does the same with a dataset
that was recomputed later, from the same trades:

    python examples/python/train_and_serve.py compare --dataset recomputed --served served.json

The exit code is 1 if any value differs.
"""

import argparse
import json
import sys
import time
from pathlib import Path

import candlewick as cw
from sklearn.ensemble import HistGradientBoostingClassifier

FEATURES = ["rsi_14", "ema_21", "close", "volume", "trade_count"]


def train(options):
    """Returns a model of the price's direction, fitted on the earlier four fifths of the rows and scored on the others."""
    label = cw.direction(options.horizon)
    data = cw.connect(store=options.dataset).training_set(options.pairs, options.interval, options.features, label)
    print(f"Training set: {dict(data.counts)}")
    table = data.table.sort_by("close_time_ms")
    rows = list(zip(*(table[name].to_pylist() for name in data.features), strict=True))
    labels = table[data.label].to_pylist()
    split = len(rows) * 4 // 5
    model = HistGradientBoostingClassifier(max_iter=50).fit(rows[:split], labels[:split])
    print(f"Accuracy on the newest {len(rows) - split} rows: {model.score(rows[split:], labels[split:]):.3f}")
    return model


def score_live(model, client, options):
    """Scores each live row. Returns the features that the model was given, as (pair, opening time, values)."""
    given = []
    deadline = time.monotonic() + options.seconds
    with client.stream(interval=options.interval, wait=True) as stream:
        while time.monotonic() < deadline and (options.rows is None or len(given) < options.rows):
            row = stream.poll(0.5)
            if row is None or row["pair"] not in options.pairs:
                continue
            values = [row[name] for name in options.features]
            if None in values:
                continue  # An indicator is not warm yet.
            given.append((row["pair"], row["open_time_ms"], values))
            scores = dict(zip(model.classes_.tolist(), model.predict_proba([values])[0].round(3).tolist(), strict=True))
            print(row["pair"], row["close_time_ms"], row["close"], scores, flush=True)
    return given


def differences(given, client, options):
    """Prints and returns how many of the rows that the model was given are not the same in the client's history."""
    start = min(open_time_ms for _, open_time_ms, _ in given)
    columns = ["pair", "open_time_ms", *options.features]
    table = client.history(options.pairs, options.interval, start=start, columns=columns)
    keys = zip(table["pair"].to_pylist(), table["open_time_ms"].cast("int64").to_pylist(), strict=True)
    values = zip(*(table[name].to_pylist() for name in options.features), strict=True)
    later = {key: list(row) for key, row in zip(keys, values, strict=True)}
    different = [one for one in given if later.get((one[0], one[1])) != one[2]]
    for pair, open_time_ms, live in different[:5]:
        print(f"{pair} {open_time_ms}: live {live}, later {later.get((pair, open_time_ms))}")
    print(f"{len(given)} live rows: {len(given) - len(different)} equal later, {len(different)} different")
    return len(different)


def serve(options) -> int:
    """Trains, serves for a while, and compares with what history has then. Returns the exit code."""
    model = train(options)
    client = cw.connect(options.brokers, store=options.store, topic=options.topic)
    given = score_live(model, client, options)
    if not given:
        print(f"No row of {', '.join(options.pairs)} came within {options.seconds:.0f} s. Are the services running?")
        return 1
    Path(options.served).write_text(json.dumps(given))
    return 1 if differences(given, client, options) else 0


def compare(options) -> int:
    """Compares what was served with a dataset. Returns the exit code."""
    given = [tuple(one) for one in json.loads(Path(options.served).read_text())]
    return 1 if differences(given, cw.connect(store=options.dataset), options) else 0


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["serve", "compare"])
    parser.add_argument("--dataset", required=True, help="folder that npm run compute has written")
    parser.add_argument("--served", default="served.json", help="file of the features that the model was given")
    parser.add_argument("--brokers", default="localhost:19092")
    parser.add_argument("--topic", default="technical-indicators")
    parser.add_argument("--store", help="folder of the feature store; without it history is read from the topic")
    parser.add_argument("--pairs", type=lambda text: text.split(","), default=["BTC/USD", "ETH/USD"])
    parser.add_argument("--interval", default="1m")
    parser.add_argument("--features", type=lambda text: text.split(","), default=FEATURES)
    parser.add_argument("--horizon", default="15m", help="how far ahead the label looks")
    parser.add_argument("--seconds", type=float, default=300, help="how long to serve")
    parser.add_argument("--rows", type=int, help="ends after so many live rows")
    options = parser.parse_args()
    return serve(options) if options.what == "serve" else compare(options)


if __name__ == "__main__":
    sys.exit(main())
