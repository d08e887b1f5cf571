"""The public types, as tools that look at them at run time see them."""

from __future__ import annotations

import inspect
import subprocess
import sys
import typing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pydantic
import pytest

import connectly_conversions
from connectly_conversions import (
    Amount,
    ConversionEvent,
    EventTime,
    Id,
    Item,
    TrackingParams,
    outbox,
    testing,
)

from .conftest import VISIT

CLASSES = [
    *(getattr(connectly_conversions, name) for name in connectly_conversions.__all__),
    *(getattr(testing, name) for name in testing.__all__),
    *(getattr(outbox, name) for name in outbox.__all__),
]
CLASSES = [public for public in CLASSES if inspect.isclass(public)]


@pytest.mark.parametrize("public", CLASSES, ids=lambda public: public.__name__)
def test_every_annotation_resolves(public: type) -> None:
    typing.get_type_hints(public)
    for name, member in inspect.getmembers(public):
        function = getattr(member, "fget", member)
        if inspect.isfunction(function) and (not name.startswith("_") or name == "__init__"):
            typing.get_type_hints(function)


class Order(pydantic.BaseModel):
    tracking: TrackingParams | None
    total: Amount
    paid_at: EventTime
    id: Id


def test_a_model_of_pydantic_may_hold_the_params(tracking: TrackingParams) -> None:
    order = Order(tracking=tracking, total=Decimal("99.97"), paid_at=1.5, id="ORD-7821")
    assert order.tracking == tracking
    restored = Order.model_validate_json(order.model_dump_json())
    assert restored.tracking == tracking
    assert Order.model_validate({**order.model_dump(), "tracking": VISIT}).tracking == tracking
    with pytest.raises(pydantic.ValidationError, match="sendout_id"):
        Order(tracking={**VISIT, "sendout_id": ""}, total=1, paid_at=1, id=1)  # type: ignore[arg-type]
    assert Order.model_json_schema()["properties"]["tracking"]


class Job(pydantic.BaseModel):
    event: ConversionEvent


def test_a_model_of_pydantic_may_hold_an_event(event: ConversionEvent) -> None:
    restored = Job.model_validate_json(Job(event=event).model_dump_json())
    assert restored.event == event
    with pytest.raises(pydantic.ValidationError, match="event"):
        Job.model_validate_json('{"event":"{}"}')


@pytest.mark.parametrize("kind", [TrackingParams, ConversionEvent, Item])
def test_a_field_of_pydantic_takes_an_instance(
    kind: Any, tracking: TrackingParams, event: ConversionEvent
) -> None:
    given: Any = {TrackingParams: tracking, ConversionEvent: event, Item: Item("a")}[kind]
    adapter: pydantic.TypeAdapter[Any] = pydantic.TypeAdapter(kind)
    assert adapter.validate_python(given) is given
    with pytest.raises(pydantic.ValidationError):
        adapter.validate_python(7)


def test_help_says_what_the_stub_says() -> None:
    docs = Path(__file__).parents[1] / "docs.py"
    subprocess.run([sys.executable, docs, "--check"], check=True)
    native = [public for public in CLASSES if public.__module__ == "connectly_conversions"]
    assert ConversionEvent in native
    for public in native:
        members = {name: member for name, member in vars(public).items() if name[0] != "_"}
        undocumented = [name for name in members if not getattr(public, name).__doc__]
        assert (bool(public.__doc__), undocumented) == (True, []), public
    assert "the key that keeps it from being" in (ConversionEvent.purchase.__doc__ or "")


def test_what_was_derived_is_shown(event: ConversionEvent) -> None:
    assert event.content_type == "product"
    assert event.content_ids == ("data-pass-30d", "phone-case-blk")
    assert event.num_items == 2
