"""Builds and checks the documentation's example; rounds of one line each, as in contender.py."""

from __future__ import annotations

import sys
import time
from decimal import Decimal
from typing import Annotated, Literal

import example


def connectly():
    from connectly_conversions import ConversionEvent, Item, TrackingParams

    tracking = TrackingParams(*example.VISIT)
    value, prices = Decimal("99.97"), [Decimal(line[2]) for line in example.LINES]
    (first, _, _), (second, _, _) = example.LINES

    def build():
        return ConversionEvent.purchase(
            tracking=tracking,
            order_id="ORD-7821",
            currency="USD",
            value=value,
            items=[Item(first, 1, prices[0]), Item(second, 1, prices[1])],
            event_time=example.NOW,
        ).to_wire()

    return build


def connectly_from_dict():
    from connectly_conversions import ConversionEvent

    document = example.document()
    return lambda: ConversionEvent.from_dict(document).to_wire()


def models():
    from pydantic import BaseModel, Field, StringConstraints

    text = Annotated[str, StringConstraints(min_length=1, max_length=1024)]
    money = Annotated[Decimal, Field(ge=0)]

    class Line(BaseModel):
        id: text
        quantity: Annotated[int, Field(ge=1)] = 1
        item_price: money | None = None

    class Ad(BaseModel):
        ctwa_clid: text
        ad_id: Annotated[str, StringConstraints(pattern=r"^[0-9]+$")]

    class Attribution(BaseModel):
        meta_ctwa: Ad

    class Payload(BaseModel):
        currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
        value: money
        order_id: text | None
        content_type: Literal["product", "product_group"]
        content_ids: list[text]
        num_items: Annotated[int, Field(ge=1)]
        contents: list[Line]
        event_time: int

    class Event(BaseModel):
        cnct_tracking_id: text
        event_name: Literal["Purchase", "ViewContent"]
        sendout_id: text
        attribution: Attribution
        payload: Payload

    return Event


def plain() -> dict:
    """With the amounts that a model of money takes."""
    document = example.document()
    document["payload"]["value"] = Decimal("99.97")
    for line, (_, _, price) in zip(document["payload"]["contents"], example.LINES, strict=True):
        line["item_price"] = Decimal(price)
    return document


def pydantic():
    """Checks only."""
    event, document = models(), plain()
    return lambda: event.model_validate(document)


def pydantic_json():
    """Checks and gives bytes, as ours does."""
    event, document = models(), plain()
    return lambda: event.model_validate(document).model_dump_json().encode()


def orjson():
    import orjson

    document = example.document()
    return lambda: orjson.dumps(document)


def json():
    import json

    document = example.document()
    return lambda: json.dumps(document).encode()


def main(name: str) -> None:
    build = globals()[name]()
    for _ in range(1_000):
        build()
    print("ready", flush=True)
    for line in sys.stdin:
        events = int(line)
        cpu, began = time.process_time(), time.perf_counter()
        for _ in range(events):
            build()
        wall = time.perf_counter() - began
        print((time.process_time() - cpu) * 1e6 / events, wall * 1e6 / events, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
