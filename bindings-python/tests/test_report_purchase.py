"""Orders that a shop without Django reports; what becomes of them is the contract's (reporting)."""

from __future__ import annotations

import asyncio
import datetime
import logging
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from connectly_conversions import AsyncOutbox, Client, Item, Outbox, Sandbox, TrackingParams
from connectly_conversions.errors import ConfigurationError, OutboxError
from connectly_conversions.reporting import (
    Duplicate,
    Failed,
    Held,
    Invalid,
    NotAttributed,
    Queued,
    Report,
    Reporting,
    Skipped,
)

from .conftest import BUSINESS

ORDER: dict[str, Any] = {
    "order_id": "ORD-7821",
    "currency": "USD",
    "value": Decimal("99.97"),
    "items": [Item("data-pass-30d", 1, "49.99"), {"id": "phone-case-blk", "item_price": "49.98"}],
}


def _blocking(url: str) -> Callable[..., Report]:
    return Outbox.open(url, BUSINESS, enqueue_timeout=60).report_purchase


def _in_asyncio(url: str) -> Callable[..., Report]:
    def report(**order: Any) -> Report:
        async def report() -> Report:
            async with AsyncOutbox.open(url, BUSINESS, enqueue_timeout=60) as outbox:
                return await outbox.report_purchase(**order)

        return asyncio.run(report())

    return report


@pytest.fixture(params=[_blocking, _in_asyncio], ids=["Outbox", "AsyncOutbox"])
def report(request: pytest.FixtureRequest, outbox: Outbox) -> Callable[..., Report]:
    url: str = request.getfixturevalue("url")
    made: Callable[..., Report] = request.param(url)
    return made


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite://{tmp_path}/outbox.db"


@pytest.fixture
def outbox(url: str) -> Iterator[Outbox]:
    with Outbox.open(url, BUSINESS, enqueue_timeout=60) as outbox:
        yield outbox


def test_an_order_is_queued_once_and_arrives_whole(
    report: Callable[..., Report], outbox: Outbox, tracking: TrackingParams
) -> None:
    paid_at = datetime.datetime.now(datetime.timezone.utc)
    first = report(**ORDER, tracking=tracking, paid=True, paid_at=paid_at)
    second = report(**ORDER, tracking=tracking, paid=True, paid_at=paid_at)
    other = report(**{**ORDER, "value": "1.00"}, tracking=tracking)

    assert isinstance(first, Queued)
    assert second == Duplicate(first.id, conflict=False)
    assert other == Duplicate(first.id, conflict=True)
    with Sandbox() as sandbox, Client("key", BUSINESS, base_url=sandbox.url) as client:
        outbox.deliver(client)
        sent = sandbox.assert_reported("ORD-7821", value="99.97", currency="USD", times=1)
    assert sent.body["payload"]["event_time"] == int(paid_at.timestamp())
    assert [item["item_price"] for item in sent.body["payload"]["contents"]] == [
        Decimal("49.99"),
        Decimal("49.98"),
    ]


def test_an_order_without_an_ad_is_in_the_ledger(
    report: Callable[..., Report], outbox: Outbox
) -> None:
    assert report(**ORDER) == NotAttributed()
    record = outbox.status("ORD-7821")
    assert record is not None
    assert (record.state, record.reason) == ("skipped", "not_attributed")


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"paid": False}, "unpaid"),
        ({"value": 0, "items": []}, "zero_value"),
        ({"renewal": True}, "renewal"),
        ({"excluded": True}, "excluded"),
        ({"excluded": "staff"}, "staff"),
    ],
)
def test_what_is_left_out_says_why(
    report: Callable[..., Report], tracking: TrackingParams, given: dict[str, Any], reason: str
) -> None:
    assert report(**{**ORDER, "tracking": tracking, **given}) == Skipped(reason)


def test_cash_on_delivery_waits_for_its_money(
    report: Callable[..., Report], outbox: Outbox, tracking: TrackingParams
) -> None:
    held = report(**ORDER, tracking=tracking, paid=False, hold_until="release")
    assert isinstance(held, Held)
    assert isinstance(report(**ORDER, tracking=tracking, paid=True), Queued)
    record = outbox.status("ORD-7821")
    assert record is not None
    assert (record.id, record.state) == (held.id, "pending")


def test_an_invalid_order_is_kept_and_can_be_reported_again(
    report: Callable[..., Report], outbox: Outbox, tracking: TrackingParams
) -> None:
    found = report(**{**ORDER, "currency": "DOLLAR"}, tracking=tracking)
    assert isinstance(found, Invalid)
    assert [(issue.code, issue.path) for issue in found.issues] == [
        ("unknown_currency", "payload.currency")
    ]
    [letter] = outbox.dead_letters()
    assert (letter.state, letter.code) == ("rejected", "invalid_event")
    assert isinstance(report(**ORDER, tracking=tracking), Queued)


def test_the_value_is_what_the_shop_s_rules_say(
    report: Callable[..., Report], outbox: Outbox, tracking: TrackingParams
) -> None:
    rules = Reporting(value="net", report_unpaid=True)
    report(**ORDER, tracking=tracking, paid=False, tax="10.00", shipping=5, rules=rules)
    record = outbox.status("ORD-7821")
    assert record is not None
    assert record.value == Decimal("84.97")


def test_further_members_go_with_it(
    report: Callable[..., Report], tracking: TrackingParams
) -> None:
    found = report(**{**ORDER, "value": 99.969999}, tracking=tracking, rounding="currency")
    assert isinstance(found, Queued)


@pytest.mark.parametrize(
    "wrong",
    [{"tracking": "t1"}, {"curency": "USD"}, {"hold_until": "later"}, {"paid": 1}],
)
def test_a_mistake_of_the_shop_fails_no_checkout(
    report: Callable[..., Report], wrong: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "connectly_conversions"):
        found = report(**{**ORDER, **wrong})
    assert isinstance(found, Failed)
    assert isinstance(found.error, (TypeError, ConfigurationError))
    assert "could not be reported" in caplog.text
    with pytest.raises(type(found.error)):
        report(**{**ORDER, **wrong}, strict=True)


def test_an_outbox_that_cannot_be_opened_fails_no_checkout(
    tmp_path: Path, tracking: TrackingParams
) -> None:
    (tmp_path / "folder.db").mkdir()
    url = f"sqlite://{tmp_path}/folder.db"
    for report in (_blocking(url), _in_asyncio(url)):
        found = report(**ORDER, tracking=tracking)
        assert isinstance(found, Failed)
        assert isinstance(found.error, OutboxError)
        with pytest.raises(OutboxError):
            report(**ORDER, tracking=tracking, strict=True)


def test_an_interrupt_is_no_failure_of_the_report(
    outbox: Outbox, tracking: TrackingParams, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: Any) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("connectly_conversions._waiting.answer", interrupted)
    with pytest.raises(KeyboardInterrupt):
        outbox.report_purchase(**ORDER, tracking=tracking)


def test_a_disk_that_goes_with_its_container_is_warned_of_once(
    tracking: TrackingParams, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    memory = Path("/dev/shm")  # a tmpfs on every Linux
    if not memory.is_dir():
        pytest.skip("no memory disk")
    file = memory / f"connectly-{tmp_path.name}.db"
    try:
        with Outbox.open(f"sqlite://{file}", BUSINESS, enqueue_timeout=60) as outbox:
            for _ in range(2):
                outbox.report_purchase(**ORDER, tracking=tracking)
            warnings = outbox.warnings()
    finally:
        for name in memory.glob(f"{file.name}*"):
            name.unlink()
    assert len(warnings) == 1
    assert "tmpfs" in warnings[0]
    assert caplog.text.count(warnings[0]) == 1
