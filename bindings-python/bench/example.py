"""The documentation's example, as each library has it."""

from __future__ import annotations

import time
from decimal import Decimal

KEY = "bench"
BUSINESS = "3f1c9a52-6f0d-4b8e-9a57-2d1f0c4e8b6a"
PATH = f"/external/v1/businesses/{BUSINESS}/conversion_events"
HEADERS = {"content-type": "application/json", "x-api-key": KEY}
NOW = int(time.time())

VISIT = (
    "trk_8fa2b1c4d7",
    "so_4815162342",
    "ARAkLkA8rmlFeiCktEJQ-QTwRiyYHAFDLMNDBH0CD3qpjd0",
    "120215559412340678",
)
LINES = [("data-pass-30d", 1, "49.99"), ("phone-case-blk", 1, "49.98")]


def document() -> dict:
    """The wire's members as a plain dict; orjson has no Decimal, so amounts are floats."""
    return {
        "cnct_tracking_id": VISIT[0],
        "event_name": "Purchase",
        "sendout_id": VISIT[1],
        "attribution": {"meta_ctwa": {"ctwa_clid": VISIT[2], "ad_id": VISIT[3]}},
        "payload": {
            "currency": "USD",
            "value": 99.97,
            "order_id": "ORD-7821",
            "content_type": "product",
            "content_ids": [line[0] for line in LINES],
            "num_items": 2,
            "contents": [
                {"id": sku, "quantity": quantity, "item_price": float(price)}
                for sku, quantity, price in LINES
            ],
            "event_time": NOW,
        },
    }


def event(order_id: str = "ORD-7821"):
    from connectly_conversions import ConversionEvent, Item, TrackingParams

    return ConversionEvent.purchase(
        tracking=TrackingParams(*VISIT),
        order_id=order_id,
        currency="USD",
        value=Decimal("99.97"),
        items=[Item(sku, quantity, Decimal(price)) for sku, quantity, price in LINES],
        event_time=NOW,
    )
