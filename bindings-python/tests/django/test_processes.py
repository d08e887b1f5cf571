"""The worker as a process of its own: it is asked to stop, and it is killed."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.management import call_command

from connectly_conversions.django import outbox, report_purchase
from connectly_conversions.django.models import OutboxEvent

from ..servers.running import PATIENCE, Program
from .shop.models import Order

if TYPE_CHECKING:
    from connectly_conversions import Sandbox, TrackingParams


def _worker(*options: str) -> Program:
    database = {
        name: settings.DATABASES["default"][name]
        for name in ("ENGINE", "NAME", "USER", "HOST", "OPTIONS")
        if settings.DATABASES["default"].get(name)
    }
    given = {"database": database, "connectly": settings.CONNECTLY}
    environment = {
        "DJANGO_SETTINGS_MODULE": "tests.django.process",
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "SHOP": json.dumps(given),
    }
    return Program("-m", "django", "connectly_deliver", *options, environment=environment)


def _order(tracking: TrackingParams) -> str:
    order = Order.objects.create()
    report_purchase(order, currency="USD", value=order.total, tracking=tracking)
    return str(order.pk)


def test_it_sends_what_comes_until_it_is_asked_to_stop(
    tracking: TrackingParams, sandbox: Sandbox, tmp_path: Path
) -> None:
    alive = tmp_path / "alive"
    first = _order(tracking)
    with _worker("--liveness-file", str(alive)) as worker:
        sandbox.wait_for(1, PATIENCE)
        second = _order(tracking)
        sandbox.wait_for(2, PATIENCE)
        worker.stop(signal.SIGTERM)
        assert worker.lines[-1] == "accepted 2, rejected 0, dead 0, retried 0"

    assert alive.exists()
    assert {event.order_id for event in sandbox.received} == {first, second}
    assert outbox().counts().accepted == 2


def test_what_a_killed_worker_had_is_sent_by_the_next(
    tracking: TrackingParams, sandbox: Sandbox
) -> None:
    order = _order(tracking)
    sandbox.fail_next(kind="hang")
    with _worker() as worker:
        while not sandbox.requests:  # it has the request, and no answer
            assert worker.pid
        # Leaving the block kills it, in the middle of the request.

    assert OutboxEvent.objects.get().state == "leased"
    # As if its lease were over: that takes a minute.
    OutboxEvent.objects.update(lease_until=1)
    call_command("connectly_deliver", once=True, verbosity=0)
    OutboxEvent.objects.filter(state="pending").update(due_at=1)
    call_command("connectly_deliver", once=True, verbosity=0)

    sandbox.assert_reported(order, times=1)
    assert outbox().counts().accepted == 1
