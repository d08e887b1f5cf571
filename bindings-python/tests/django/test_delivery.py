"""The worker on a Django database."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from connectly_conversions.django import bind, outbox, report_purchase
from connectly_conversions.django.models import OutboxEvent
from connectly_conversions.django.store import Store

from .shop.models import Order

if TYPE_CHECKING:
    from pathlib import Path

    from connectly_conversions import Sandbox, TrackingParams

OTHER = "00000000-0000-4000-8000-000000000001"


def _order(tracking: TrackingParams, **options: Any) -> str:
    order = Order.objects.create()
    report_purchase(order, currency="USD", value=order.total, tracking=tracking, **options)
    return str(order.pk)


def _deliver(**options: Any) -> None:
    call_command("connectly_deliver", once=True, stdout=io.StringIO(), **options)


def _ask(*arguments: str) -> list[Any]:
    out = io.StringIO()
    call_command("connectly_outbox", *arguments, stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_what_is_due_goes_out_once(tracking: TrackingParams, sandbox: Sandbox) -> None:
    orders = [_order(tracking) for _ in range(6)]

    _deliver()
    _deliver()

    assert sorted(event.order_id or "" for event in sandbox.received) == sorted(orders)
    assert {event.times for event in sandbox.received} == {1}
    record = outbox().status(orders[0])
    assert record is not None
    assert (record.state, record.status, record.attempts) == ("accepted", 200, 1)


def test_no_transaction_is_open_while_a_request_is(
    tracking: TrackingParams, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = _order(tracking)
    between: list[bool] = []
    run = Store.run

    def watched(self: Store, job: Any, reading: bool) -> None:
        # Requests run between two turns of the store, and only there.
        between.append(connection.in_atomic_block)
        run(self, job, reading)
        between.append(connection.in_atomic_block)

    monkeypatch.setattr(Store, "run", watched)
    _deliver()

    sandbox.assert_reported(order)
    assert len(between) >= 4
    assert not any(between)


def test_a_refusal_is_kept_in_the_apis_own_words(
    tracking: TrackingParams, sandbox: Sandbox
) -> None:
    order = _order(tracking)
    sandbox.fail_next(status=400)

    _deliver()

    (letter,) = _ask("dead")
    assert (letter["order_id"], letter["state"], letter["status"]) == (order, "rejected", 400)
    assert letter["message"]
    assert _ask("replay", order)[0]["replayed"] == 1
    _deliver()
    sandbox.assert_reported(order)


def test_an_outage_burns_nothing_and_a_wrong_key_pauses(
    tracking: TrackingParams, sandbox: Sandbox
) -> None:
    order = _order(tracking)
    sandbox.fail_next(status=401)

    _deliver()

    (metrics,) = _ask("status")
    assert metrics["refused_code"] == "unauthenticated"
    assert metrics["counts"]["pending"] == 1
    assert _ask("resume")[0]["refused_code"] is None
    _deliver()
    sandbox.assert_reported(order)


def test_an_operator_pauses_and_resumes(tracking: TrackingParams, sandbox: Sandbox) -> None:
    order = _order(tracking)
    assert _ask("pause")[0]["paused_until"] is not None

    _deliver()
    assert sandbox.received == []

    _ask("resume")
    _deliver()
    sandbox.assert_reported(order)
    with pytest.raises(CommandError, match="2026-05-05T18:20:00"):
        _ask("pause", "--until", "tomorrow")


def test_orders_are_released_cancelled_skipped_and_forgotten(
    tracking: TrackingParams, sandbox: Sandbox
) -> None:
    paid, returned = (_order(tracking, hold_until="release") for _ in range(2))

    assert _ask("release", paid) == [{"changed": True, "state": "pending"}]
    assert _ask("cancel", returned, "--reason", "returned")[0]["state"] == "cancelled"
    assert _ask("skip", "of-staff", "--reason", "staff")[0]["state"] == "skipped"
    _deliver()
    sandbox.assert_reported(paid)
    sandbox.assert_not_reported(returned)
    assert _ask("status", returned)[0]["reason"] == "returned"
    assert _ask("forget", paid) == [{"forgotten": 1, "later": 0}]
    with pytest.raises(CommandError, match="knows nothing"):
        _ask("status", paid + "0")


def test_an_invalid_order_is_repaired_from_its_document(
    tracking: TrackingParams, sandbox: Sandbox, tmp_path: Path
) -> None:
    order = Order.objects.create()
    report_purchase(order, currency="USD", value="19,99", tracking=tracking)
    event = OutboxEvent.objects.get()
    document = tmp_path / "order.json"
    document.write_text(str(event.document).replace("19,99", "19.99"))

    with pytest.raises(CommandError, match="decimal point"):
        _ask("repair", str(order.pk))
    (done,) = _ask("repair", str(order.pk), "--document", str(document))

    assert (done["state"], done["replaced"]) == ("pending", True)
    _deliver()
    sandbox.assert_reported(str(order.pk), value="19.99")


def test_each_business_has_a_queue_and_a_key_of_its_own(
    tracking: TrackingParams, sandbox: Sandbox, connectly: Any
) -> None:
    from connectly_conversions import Sandbox as Other

    with Other() as both:
        connectly(BASE_URL=both.url, BUSINESSES={OTHER: "key-of-the-other"})
        mine, theirs = _order(tracking), _order(tracking, business_id=OTHER)

        _deliver()

        both.assert_reported(mine)
        both.assert_reported(theirs)
    assert outbox(business_id=OTHER).counts().accepted == 1


def test_the_liveness_file_tells_of_work_that_was_done(
    tracking: TrackingParams, sandbox: Sandbox, tmp_path: Path
) -> None:
    _order(tracking)
    alive = tmp_path / "alive"

    _deliver(liveness_file=alive)

    assert alive.exists()


def test_a_worker_without_a_key_says_so(connectly: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    connectly(API_KEY=None)
    monkeypatch.delenv("CONNECTLY_API_KEY")

    with pytest.raises(CommandError, match="missing_api_key"):
        _deliver()


def test_old_payloads_are_erased_and_what_became_of_them_stays(
    tracking: TrackingParams, sandbox: Sandbox, connectly: Any
) -> None:
    order = _order(tracking)
    _deliver()
    connectly(KEEP_PAYLOADS=0.001)

    _deliver()

    record = outbox().status(order)
    assert record is not None
    assert (record.state, record.has_payload) == ("accepted", False)


def test_forgetting_under_a_tracking_id_takes_all_of_a_customer(tracking: TrackingParams) -> None:
    _order(tracking)
    bind("cart-of-theirs", tracking)
    _ask("forget", "--tracking-id", tracking.cnct_tracking_id)

    assert OutboxEvent.objects.exclude(order_id=None).count() == 0
