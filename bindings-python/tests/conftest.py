"""What the tests share."""

from __future__ import annotations

import os
import signal
from decimal import Decimal
from typing import Any

import pytest

from connectly_conversions import ConversionEvent, Item, TrackingParams

# The values of one visit; nothing that is logged or printed may show them.
VISIT = {
    "cnct_tracking_id": "trk-canary-7f9c",
    "sendout_id": "so-canary-4815",
    "ctwa_clid": "clid-canary-ARAk",
    "ad_id": "120215559412340678",
}
KEY = "key-canary-3f8a"
BUSINESS = "4e3a9f0e-2b7c-4c1a-9a56-7d3f1b2c4d5e"

# What a developer's shell may hold. No test may care, so every run has it. A spawned process that
# imports this keeps what its test has set.
OF_THE_SHELL = {
    "CONNECTLY_API_KEY": "key-of-the-shell",
    "CONNECTLY_BUSINESS_ID": "00000000-0000-4000-8000-00000000abcd",
    "CONNECTLY_BASE_URL": "https://shop-of-the-shell.example",
    "CONNECTLY_EXTRA_CURRENCIES": "QQQ",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "HTTPS_PROXY": "http://127.0.0.1:9",
    "LANG": "tr_TR.UTF-8",
    "TZ": "Pacific/Kiritimati",
}
for name, value in OF_THE_SHELL.items():
    os.environ.setdefault(name, value)

# A shell that starts a job in the background lets it ignore SIGINT, and its children inherit that.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def tracking() -> TrackingParams:
    return TrackingParams(**VISIT)


@pytest.fixture
def event(tracking: TrackingParams) -> ConversionEvent:
    return purchase(tracking)


def purchase(tracking: TrackingParams, order_id: Any = "ORD-7821") -> ConversionEvent:
    """The documentation's example."""
    return ConversionEvent.purchase(
        tracking=tracking,
        order_id=order_id,
        currency="USD",
        value=Decimal("99.97"),
        items=[
            Item("data-pass-30d", 1, Decimal("49.99")),
            Item("phone-case-blk", 1, Decimal("49.98")),
        ],
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """pytest-xdist needs the same names in every process: an object's address is none."""
    assert [item.nodeid for item in items if " at 0x" in item.nodeid] == []
