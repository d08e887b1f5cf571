"""Clicks that come at once, and workers that work at once, each on a connection of its own."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction

from connectly_conversions.django import (
    Duplicate,
    Failed,
    Queued,
    delivery,
    outbox,
    report_purchase,
    waiting,
)
from connectly_conversions.django.models import OutboxControl, OutboxEvent

from ..conftest import BUSINESS
from .shop.models import Order

if TYPE_CHECKING:
    from collections.abc import Callable

    from connectly_conversions import Sandbox, TrackingParams


def _elsewhere(work: Callable[[], Any]) -> Any:
    """On a thread, and so on a connection, of its own."""

    def run() -> Any:
        try:
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(run).result()


def _report(order: Order, tracking: TrackingParams) -> Any:
    return report_purchase(order, currency="USD", value="99.97", tracking=tracking)


def test_a_second_click_does_not_wait_and_is_tried_after_its_commit(
    tracking: TrackingParams,
) -> None:
    order = Order.objects.create()
    first_reported, second_answered = threading.Event(), threading.Event()
    answers: dict[str, Any] = {}

    def first() -> None:
        with transaction.atomic():
            answers["first"] = _report(order, tracking)
            first_reported.set()
            assert second_answered.wait(60)

    def second() -> None:
        assert first_reported.wait(60)
        try:
            with transaction.atomic():
                answers["second"] = _report(order, tracking)
                second_answered.set()
                # Its own commit comes after the first one's.
                clicks[0].join(60)
        finally:
            second_answered.set()

    def closing(work: Callable[[], None]) -> Callable[[], None]:
        def run() -> None:
            try:
                work()
            finally:
                connections.close_all()

        return run

    clicks = [threading.Thread(target=closing(work)) for work in (first, second)]
    for click in clicks:
        click.start()
    for click in clicks:
        click.join(120)

    assert isinstance(answers["first"], Queued)
    assert isinstance(answers["second"], Failed)
    assert answers["second"].error.code == "outbox_busy"
    assert outbox().counts().pending == 1


def test_clicks_at_once_are_one_order(tracking: TrackingParams) -> None:
    order = Order.objects.create()
    together = threading.Barrier(6)

    def click() -> Any:
        together.wait(60)
        for _ in range(20):  # a busy database is asked again, as a shopper would
            done = _report(order, tracking)
            if not isinstance(done, Failed):
                return done
        return done

    with ThreadPoolExecutor(6) as clicks:
        answers = list(clicks.map(lambda _: _elsewhere(click), range(6)))

    assert Counter(map(type, answers)) == {Queued: 1, Duplicate: 5}
    assert outbox().counts().pending == 1


def test_workers_at_once_send_each_order_once(tracking: TrackingParams, sandbox: Sandbox) -> None:
    orders = []
    for _ in range(24):
        order = Order.objects.create()
        _report(order, tracking)
        orders.append(str(order.pk))

    def work() -> Any:
        worker = delivery.worker("default", None, worked=lambda: None)
        return delivery.run(worker, until_empty=True, deadline=None)

    workers = 1 if connection.vendor == "sqlite" else 3
    with ThreadPoolExecutor(workers) as pool:
        done = list(pool.map(lambda _: _elsewhere(work), range(workers)))

    assert delivery.total(done).accepted == len(orders)
    assert sorted(event.order_id or "" for event in sandbox.received) == sorted(orders)
    assert {event.times for event in sandbox.received} == {1}


def test_a_worker_reads_the_time_when_it_has_the_queue(
    tracking: TrackingParams, sandbox: Sandbox
) -> None:
    """Before that, its lease would begin in the past: while it waited for another worker."""
    order = Order.objects.create()
    _report(order, tracking)
    queue, _ = OutboxControl.objects.get_or_create(business_id=BUSINESS)
    asks = threading.Event()

    def work() -> None:
        def told(execute: Any, sql: str, *rest: Any) -> Any:
            if "connectly_outbox_control" in sql and "UPDATE" in sql:  # or FOR UPDATE
                asks.set()
            return execute(sql, *rest)

        with connection.execute_wrapper(told):
            call_command("connectly_deliver", once=True, verbosity=0)

    with ThreadPoolExecutor(1) as thread:
        with transaction.atomic():
            queue.save()  # as another worker has it; on SQLite nobody else writes anything now
            worker = thread.submit(lambda: _elsewhere(work))
            assert asks.wait(60)
            asked_at = waiting.now(connection)
            had_at = asked_at
            while had_at == asked_at:
                had_at = waiting.now(connection)
        worker.result()

    sandbox.assert_reported(str(order.pk))
    (first_attempt_at,) = OutboxEvent.objects.values_list("first_attempt_at", flat=True)
    assert first_attempt_at >= had_at


def test_what_comes_after_a_lock_was_waited_for_waits_as_before(tracking: TrackingParams) -> None:
    asked = {
        "postgresql": "SHOW lock_timeout",
        "mysql": "SELECT @@SESSION.max_statement_time, @@SESSION.innodb_lock_wait_timeout",
        "sqlite": "PRAGMA busy_timeout",
    }[connection.vendor]

    def waits() -> Any:
        with connection.cursor() as cursor:
            cursor.execute(asked)
            return cursor.fetchone()

    with transaction.atomic():
        before = waits()
        _report(Order.objects.create(), tracking)
        assert waits() == before
        assert isinstance(_report(Order(pk=None), tracking), Queued | Failed)
        assert waits() == before


@pytest.mark.parametrize("again", [False, True])
def test_an_order_that_another_transaction_has_taken_back_is_new(
    tracking: TrackingParams,
    again: bool,
) -> None:
    order = Order.objects.create()
    with transaction.atomic():
        _report(order, tracking)
        transaction.set_rollback(True)
    if again:
        assert isinstance(_report(order, tracking), Queued)
    assert outbox().counts().pending == int(again)
