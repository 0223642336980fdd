"""Candlewick's Python client: training sets, live features and parity checks, all from the same rows."""

from candlewick.client import Client, connect
from candlewick.errors import (
    BadRequest,
    BrokerAway,
    CandlewickError,
    MissingPackage,
    NoNewestRow,
    NoSuchFeature,
    NoSuchInterval,
    NoSuchPair,
    NotConnected,
    StaleRow,
    StoreAway,
    StoreEmpty,
)
from candlewick.labels import Label, direction, forward_log_return, forward_return, triple_barrier
from candlewick.streaming import RowStream
from candlewick.streaming_async import AsyncRowStream
from candlewick.training import TrainingSet
from candlewick.verify import Parity

__all__ = [
    "AsyncRowStream",
    "BadRequest",
    "BrokerAway",
    "CandlewickError",
    "Client",
    "Label",
    "MissingPackage",
    "NoNewestRow",
    "NoSuchFeature",
    "NoSuchInterval",
    "NoSuchPair",
    "NotConnected",
    "Parity",
    "RowStream",
    "StaleRow",
    "StoreAway",
    "StoreEmpty",
    "TrainingSet",
    "connect",
    "direction",
    "forward_log_return",
    "forward_return",
    "triple_barrier",
]
