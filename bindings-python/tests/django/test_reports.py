"""What becomes of orders."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from connectly_conversions import Item, TrackingParams
from connectly_conversions.django import (
    Duplicate,
    Failed,
    Held,
    Invalid,
    NotAttributed,
    Queued,
    Skipped,
    outbox,
    report_purchase,
)
from connectly_conversions.django.models import OutboxEvent

from .shop.models import Order

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper


def _report(order: Order, **options: Any) -> Any:
    return report_purchase(order, currency="USD", value=order.total, **options)


def _wire(order: Order) -> Any:
    event = OutboxEvent.objects.get(order_id=str(order.pk))
    return json.loads(bytes(event.wire))


def test_an_order_is_queued_once(tracking: TrackingParams) -> None:
    order = Order.objects.create()

    first = _report(order, tracking=tracking, items=[Item("case", 2, Decimal("49.98"))])
    second = _report(order, tracking=tracking, items=[Item("case", 2, Decimal("49.98"))])

    assert isinstance(first, Queued)
    assert second == Duplicate(first.id, conflict=False)
    assert _wire(order)["payload"]["value"] == 99.97
    assert outbox().counts().pending == 1


def test_another_content_is_a_conflict_and_the_first_stays(tracking: TrackingParams) -> None:
    order = Order.objects.create()
    first = _report(order, tracking=tracking)
    order.total = Decimal("1.00")

    second = _report(order, tracking=tracking)

    assert second == Duplicate(first.id, conflict=True)
    assert _wire(order)["payload"]["value"] == 99.97


def test_one_insert_is_all_that_a_checkout_pays(
    tracking: TrackingParams, connection: BaseDatabaseWrapper
) -> None:
    order = Order.objects.create()
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        assert isinstance(_report(order, tracking=tracking), Queued)

    statements = [query["sql"].split()[0].upper() for query in queries]
    assert statements.count("INSERT") == 1
    tables = [query["sql"] for query in queries if "connectly_" in query["sql"].replace("@", "")]
    # The insert, and who is bound to the order? No: the params were given.
    assert sum("FROM" in sql and "connectly_outbox" in sql for sql in tables) == 0
    assert not {"UPDATE", "DELETE"} & {*statements}


def test_rolled_back_means_never_sent_and_committed_means_sent(
    tracking: TrackingParams, sandbox: Any
) -> None:
    from django.core.management import call_command

    with transaction.atomic():
        _report(Order.objects.create(), tracking=tracking)
        transaction.set_rollback(True)
    with transaction.atomic():
        order = Order.objects.create()
        _report(order, tracking=tracking)

    call_command("connectly_deliver", once=True, verbosity=0)

    assert [event.order_id for event in sandbox.received] == [str(order.pk)]
    assert outbox().counts().accepted == 1


def test_a_customer_who_came_from_no_ad_is_in_the_ledger_without_a_payload() -> None:
    order = Order.objects.create()

    assert _report(order) == NotAttributed()
    assert _report(order) == NotAttributed()

    record = outbox().status(str(order.pk))
    assert record is not None
    assert (record.state, record.reason, record.has_payload) == ("skipped", "not_attributed", False)


def test_an_order_that_turns_out_to_be_attributed_is_reported(tracking: TrackingParams) -> None:
    order = Order.objects.create()
    _report(order)

    assert isinstance(_report(order, tracking=tracking), Queued)
    # A webhook that knows nothing of the visit takes nothing back.
    assert isinstance(_report(order), Duplicate)


def test_unpaid_free_renewed_and_excluded_orders_are_skipped(
    connectly: Any, tracking: TrackingParams
) -> None:
    connectly(SKIP_IF="tests.django.shop.rules.skip_if")
    unpaid, free, renewal = (Order.objects.create() for _ in range(3))
    staff = Order.objects.create(is_staff=True)
    free.total = Decimal(0)

    assert _report(unpaid, tracking=tracking, paid=False) == Skipped("unpaid")
    assert _report(free, tracking=tracking) == Skipped("zero_value")
    assert _report(renewal, tracking=tracking, renewal=True) == Skipped("renewal")
    assert _report(staff, tracking=tracking) == Skipped("staff")
    assert outbox().counts().skipped == 4
    assert isinstance(_report(unpaid, tracking=tracking, paid=True), Queued)


def test_they_are_reported_where_the_shop_says_so(connectly: Any, tracking: TrackingParams) -> None:
    connectly(REPORT_UNPAID=True, REPORT_ZERO=True, REPORT_RENEWALS=True)
    order = Order.objects.create()
    order.total = Decimal(0)

    assert isinstance(_report(order, tracking=tracking, paid=False, renewal=True), Queued)


@pytest.mark.parametrize(
    ("value", "reported"),
    [
        ("total", 99.97),
        ("without_tax", 83.31),
        ("without_shipping", 94.97),
        ("net", 78.31),
    ],
)
def test_what_the_value_is_is_one_setting(
    connectly: Any, tracking: TrackingParams, value: str, reported: float
) -> None:
    connectly(VALUE=value)
    order = Order.objects.create()

    _report(order, tracking=tracking, tax=Decimal("16.66"), shipping=Decimal("5.00"))

    assert _wire(order)["payload"]["value"] == reported


def test_cash_on_delivery_is_held_until_it_is_paid_or_cancelled(tracking: TrackingParams) -> None:
    paid, cancelled = Order.objects.create(), Order.objects.create()
    for order in (paid, cancelled):
        held = _report(order, tracking=tracking, paid=False, hold_until="release")
        assert isinstance(held, Held)

    assert isinstance(_report(paid, tracking=tracking, paid=True), Queued)
    assert outbox().cancel(str(cancelled.pk), "returned").state == "cancelled"
    assert (outbox().counts().pending, outbox().counts().cancelled) == (1, 1)


def test_an_invalid_order_is_a_dead_letter_until_it_is_repaired(tracking: TrackingParams) -> None:
    order = Order.objects.create()

    invalid = report_purchase(order, currency="USD", value="19,99", tracking=tracking)

    assert isinstance(invalid, Invalid)
    assert [issue.code for issue in invalid.issues] == ["invalid_amount"]
    (letter,) = outbox().dead_letters()
    assert (letter.state, letter.code) == ("rejected", "invalid_event")
    assert [issue.code for issue in letter.issues] == ["invalid_amount"]
    kept = OutboxEvent.objects.get(pk=letter.id)
    assert json.loads(str(kept.document))["payload"]["value"] == "19,99"
    assert isinstance(_report(order, tracking=tracking), Queued)


def test_a_naive_time_is_of_the_projects_time_zone_where_that_has_no_zones(
    tracking: TrackingParams,
) -> None:
    noon = datetime.datetime.now().replace(microsecond=0) - datetime.timedelta(days=1)  # noqa: DTZ005
    order, refused = Order.objects.create(), Order.objects.create()

    with override_settings(USE_TZ=False):
        _report(order, tracking=tracking, paid_at=noon)
    assert isinstance(_report(refused, tracking=tracking, paid_at=noon), Invalid)

    # Mexico City has been at UTC-6, without summer time, since 2022.
    expected = noon.replace(tzinfo=datetime.timezone(datetime.timedelta(hours=-6)))
    assert _wire(order)["payload"]["event_time"] == int(expected.timestamp())


def test_each_call_may_name_its_business(tracking: TrackingParams) -> None:
    other = "00000000-0000-4000-8000-000000000001"
    order = Order.objects.create()

    assert isinstance(_report(order, tracking=tracking), Queued)
    assert isinstance(_report(order, tracking=tracking, business_id=other), Queued)
    assert outbox(business_id=other).counts().pending == 1


def test_nothing_that_goes_wrong_reaches_the_checkout_unless_it_is_strict(
    tracking: TrackingParams,
) -> None:
    order = Order.objects.create()
    with transaction.atomic():
        failed = _report(order, tracking=tracking, business_id="none")
        assert isinstance(failed, Failed)
        assert failed.error.code == "invalid_business_id"  # type: ignore[attr-defined]
        Order.objects.create()  # the transaction goes on
    with pytest.raises(Exception, match="invalid_business_id"):
        _report(order, tracking=tracking, business_id="none", strict=True)
    with pytest.raises(TypeError):
        report_purchase(order, currency="USD", value=1, tracking="a text", strict=True)  # type: ignore[arg-type]
