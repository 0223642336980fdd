"""Makes golden bars of recorded trades with NautilusTrader's aggregators, an independent implementation.

NautilusTrader splits the trade that crosses the threshold: its remainder begins the next bar. In Candlewick that trade belongs
entirely to the bar that it ends. Therefore each bar is made by a new aggregator, which drops the remainder, and the volume of
a bar is taken from its trades.
"""

import gzip
import json
import sys
from decimal import Decimal
from pathlib import Path

import nautilus_trader
from nautilus_trader.data.aggregation import TickBarAggregator, ValueBarAggregator, VolumeBarAggregator
from nautilus_trader.model.data import BarSpecification, BarType, TradeTick
from nautilus_trader.model.enums import AggressorSide, BarAggregation, PriceType
from nautilus_trader.model.identifiers import InstrumentId, Symbol, TradeId, Venue
from nautilus_trader.model.instruments import CurrencyPair
from nautilus_trader.model.objects import Currency, Price, Quantity

DECIMALS = 8
AGGREGATORS = {"tick": TickBarAggregator, "volume": VolumeBarAggregator, "value": ValueBarAggregator}
RECORDINGS = {
    "kraken-rest-trades-xbtusdt.json": ["tick:20", "volume:1", "value:50000"],
    "binance-aggtrades-xrpeth.json.gz": ["tick:200", "volume:50000", "value:75"],
}


def trades_of(path: Path) -> list[tuple[str, str, int]]:
    """Price, quantity and time in ns of each trade, as the exchange wrote them."""
    if path.name.startswith("kraken"):
        (rows,) = [rows for name, rows in json.loads(path.read_text())["result"].items() if name != "last"]
        return [(row[0], row[1], round(row[2] * 1e9)) for row in rows]
    rows = json.loads(gzip.decompress(path.read_bytes()), parse_float=str, parse_int=str)
    return [(row[4], row[5], int(row[0]) * 1_000_000) for row in rows]


def instrument() -> CurrencyPair:
    one = Price(10**-DECIMALS, DECIMALS)
    size = Quantity(10**-DECIMALS, DECIMALS)
    return CurrencyPair(
        instrument_id=InstrumentId(Symbol("A/B"), Venue("GOLDEN")),
        raw_symbol=Symbol("A/B"),
        base_currency=Currency.from_str("BTC"),
        quote_currency=Currency.from_str("ETH"),
        price_precision=DECIMALS,
        size_precision=DECIMALS,
        price_increment=one,
        size_increment=size,
        ts_event=0,
        ts_init=0,
    )


def bars_of(trades: list[tuple[str, str, int]], name: str) -> list[list[str]]:
    """Open, high, low, close and volume of each bar, and how many trades it has."""
    kind, step = name.split(":")
    pair = instrument()
    bar_type = BarType(pair.id, BarSpecification(int(step), BarAggregation[kind.upper()], PriceType.LAST))
    made = []
    bars = []
    aggregator = AGGREGATORS[kind](pair, bar_type, made.append)
    own = []
    for number, (price, qty, ns) in enumerate(trades):
        own.append(Decimal(qty))
        exact = Price(Decimal(price), DECIMALS), Quantity(Decimal(qty), DECIMALS)
        aggregator.handle_trade_tick(TradeTick(pair.id, *exact, AggressorSide.BUYER, TradeId(str(number)), ns, ns))
        if not made:
            continue
        first = made[0]
        prices = [format(value.as_decimal().normalize(), "f") for value in (first.open, first.high, first.low, first.close)]
        bars.append([*prices, format(sum(own).normalize(), "f"), len(own)])
        made.clear()
        own = []
        aggregator = AGGREGATORS[kind](pair, bar_type, made.append)
    return bars


def main(data: Path, out: Path) -> None:
    golden = {"made_with": f"nautilus_trader {nautilus_trader.__version__}", "recordings": {}}
    for file, names in RECORDINGS.items():
        trades = trades_of(data / file)
        golden["recordings"][file] = {name: bars_of(trades, name) for name in names}
        counts = {name: len(bars) for name, bars in golden["recordings"][file].items()}
        print(f"{file}: {len(trades)} trades, {counts}")
    rows = json.dumps(golden, separators=(",", ":")).replace("]],", "]],\n").replace('":{"', '":{\n"')
    out.write_text(rows + "\n")


main(Path(sys.argv[1]), Path(sys.argv[2]))
