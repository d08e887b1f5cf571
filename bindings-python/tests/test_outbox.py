"""The durable queue and ledger. Every test runs with both outboxes."""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from connectly_conversions import (
    Client,
    ConfigurationError,
    ConversionEvent,
    OutboxError,
    Sandbox,
    TrackingParams,
)
from connectly_conversions.outbox import FOR_EVER, Attempted, Changed, Counts, Delivered, Replayed

from .conftest import BUSINESS, KEY, VISIT, purchase
from .support.outboxes import KINDS, opened, url_of

NOTHING = Delivered(accepted=0, rejected=0, dead=0, retried=0)
ONE_ACCEPTED = Delivered(accepted=1, rejected=0, dead=0, retried=0)


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def outbox(kind: str, tmp_path: Path) -> Iterator[Any]:
    with opened(kind, url_of(tmp_path), BUSINESS, enqueue_timeout=30) as outbox:
        yield outbox


@pytest.fixture
def client(connectly_sandbox: Sandbox) -> Iterator[Client]:
    with Client(KEY, BUSINESS, base_url=connectly_sandbox.url) as client:
        yield client


def other_content(tracking: TrackingParams, order_id: str) -> ConversionEvent:
    return ConversionEvent.purchase(
        tracking=tracking, order_id=order_id, currency="USD", value=Decimal("49.99")
    )


def counts(**states: int) -> Counts:
    return Counts(**{name: states.get(name, 0) for name in Counts.__dataclass_fields__})


def test_an_event_is_stored_then_delivered_once(
    outbox: Any, client: Client, connectly_sandbox: Sandbox, event: ConversionEvent
) -> None:
    began = datetime.now(timezone.utc) - timedelta(seconds=1)
    enqueued = outbox.enqueue(event)
    assert (enqueued.state, enqueued.duplicate, enqueued.replaced) == ("pending", False, False)
    waiting = outbox.status("ORD-7821")
    assert waiting.id == enqueued.id
    assert (waiting.state, waiting.attempts, waiting.has_payload) == ("pending", 0, True)
    assert (waiting.currency, waiting.value) == ("USD", Decimal("99.97"))
    assert waiting.event_time == datetime.fromtimestamp(event.event_time, timezone.utc)
    assert began < waiting.enqueued_at < datetime.now(timezone.utc) + timedelta(seconds=1)
    assert (waiting.first_attempt_at, waiting.finished_at, waiting.issues) == (None, None, ())

    assert outbox.deliver(client) == ONE_ACCEPTED
    assert outbox.deliver(client) == NOTHING
    connectly_sandbox.assert_reported("ORD-7821", value="99.97", times=1)
    accepted = outbox.status("ORD-7821")
    assert (accepted.state, accepted.attempts, accepted.status) == ("accepted", 1, 200)
    assert waiting.enqueued_at <= accepted.first_attempt_at <= accepted.finished_at
    assert outbox.counts() == counts(accepted=1)
    assert outbox.status("another") is None


def test_an_order_is_taken_once(
    outbox: Any,
    client: Client,
    tracking: TrackingParams,
    event: ConversionEvent,
    caplog: pytest.LogCaptureFixture,
) -> None:
    first = outbox.enqueue(event)
    again = outbox.enqueue(event)
    assert (again.id, again.duplicate, again.conflict) == (first.id, True, False)
    assert caplog.records == []
    conflict = outbox.enqueue(other_content(tracking, "ORD-7821"))
    assert (conflict.id, conflict.duplicate, conflict.conflict) == (first.id, True, True)
    assert "ORD-7821" in caplog.text
    assert outbox.status("ORD-7821").value == Decimal("99.97")
    assert outbox.deliver(client) == ONE_ACCEPTED
    assert outbox.enqueue(event).state == "accepted"
    assert outbox.deliver(client) == NOTHING


def test_an_order_id_is_whatever_an_events_is(outbox: Any, tracking: TrackingParams) -> None:
    number, unique = 7821, uuid.UUID(int=7)
    for order_id in (number, unique):
        outbox.enqueue(purchase(tracking, order_id))
        assert outbox.status(order_id).order_id == str(order_id)
        assert outbox.cancel(order_id) == Changed(changed=True, state="cancelled")


def test_an_event_without_an_order_id_has_a_number(outbox: Any, tracking: TrackingParams) -> None:
    first, second = (outbox.enqueue(purchase(tracking, None)).id for _ in range(2))
    assert outbox.cancel(id=first) == Changed(changed=True, state="cancelled")
    assert outbox.status(id=first).state == "cancelled"
    assert outbox.status(id=second).state == "pending"


def test_a_held_event_waits_for_release(
    outbox: Any, client: Client, connectly_sandbox: Sandbox, event: ConversionEvent
) -> None:
    assert outbox.enqueue(event, hold_until="release").state == "held"
    assert outbox.status("ORD-7821").due_at is None
    assert outbox.deliver(client) == NOTHING
    assert outbox.release("ORD-7821") == Changed(changed=True, state="pending")
    assert outbox.release("ORD-7821") == Changed(changed=False, state="pending")
    assert outbox.deliver(client) == ONE_ACCEPTED
    connectly_sandbox.assert_reported("ORD-7821")


def test_a_hold_ends_at_its_time(outbox: Any, client: Client, tracking: TrackingParams) -> None:
    now = datetime.now(timezone.utc).replace(microsecond=0)
    tomorrow = now + timedelta(days=1)
    ends = {
        "aware": tomorrow,
        "seconds": tomorrow.timestamp(),
        "text": tomorrow.isoformat(),
    }
    for order_id, hold_until in ends.items():
        outbox.enqueue(purchase(tracking, order_id), hold_until=hold_until)
        assert outbox.status(order_id).due_at == tomorrow
    outbox.enqueue(purchase(tracking, "yesterday"), hold_until=now - timedelta(days=1))
    assert outbox.deliver(client) == ONE_ACCEPTED
    assert outbox.counts() == counts(held=3, accepted=1)


@pytest.mark.parametrize("hold_until", ["later", "", 1_700_000_000_000, "2026-01-01T00:00:00", []])
def test_a_hold_that_is_no_time_is_refused(
    outbox: Any, event: ConversionEvent, hold_until: Any
) -> None:
    with pytest.raises((ConfigurationError, TypeError), match="hold_until"):
        outbox.enqueue(event, hold_until=hold_until)
    assert outbox.counts() == counts()


def test_a_cancelled_order_is_never_sent(
    outbox: Any, client: Client, connectly_sandbox: Sandbox, tracking: TrackingParams
) -> None:
    outbox.enqueue(purchase(tracking, "held"), hold_until="release")
    outbox.enqueue(purchase(tracking, "pending"))
    for order_id in ("held", "pending"):
        cancelled = Changed(changed=True, state="cancelled")
        assert outbox.cancel(order_id, "not paid at the door") == cancelled
        assert outbox.status(order_id).reason == "not paid at the door"
    assert outbox.cancel("unknown") == Changed(changed=False, state=None)
    assert outbox.deliver(client) == NOTHING
    assert connectly_sandbox.requests == []


def test_a_sent_order_is_not_cancelled(outbox: Any, client: Client, event: ConversionEvent) -> None:
    outbox.enqueue(event)
    outbox.deliver(client)
    assert outbox.cancel("ORD-7821") == Changed(changed=False, state="accepted")


def test_a_skipped_order_has_its_reason_and_may_be_reported_later(
    outbox: Any, client: Client, event: ConversionEvent
) -> None:
    assert outbox.skip("ORD-7821", "staff") == Changed(changed=True, state="skipped")
    assert outbox.skip("ORD-7821", "staff").changed is False
    skipped = outbox.status("ORD-7821")
    assert (skipped.state, skipped.reason, skipped.has_payload) == ("skipped", "staff", False)
    assert outbox.deliver(client) == NOTHING
    assert outbox.enqueue(event).replaced is True
    assert outbox.deliver(client) == ONE_ACCEPTED


def test_views_are_apart_from_purchases(outbox: Any, tracking: TrackingParams) -> None:
    view = ConversionEvent.view_content(tracking=tracking, order_id="ORD-7821")
    outbox.enqueue(view)
    assert outbox.status("ORD-7821") is None
    assert outbox.status("ORD-7821", event_name="ViewContent").event_name == "ViewContent"
    with pytest.raises(ConfigurationError, match="event_name"):
        outbox.status("ORD-7821", event_name="Refund")


def test_one_event_is_named_in_one_way(outbox: Any) -> None:
    for named in ({}, {"order_id": "A", "id": 1}, {"order_id": True}, {"id": "A"}):
        with pytest.raises((ConfigurationError, TypeError)):
            outbox.status(**named)
    for named in ({}, {"order_id": "A", "all": True}, {"code": "x", "all": True}):
        with pytest.raises(ConfigurationError):
            outbox.replay(**named)


def test_many_at_once_are_all_or_none(
    outbox: Any, tracking: TrackingParams, caplog: pytest.LogCaptureFixture
) -> None:
    events = [purchase(tracking, f"ORD-{number}") for number in range(20)]
    with pytest.raises(TypeError, match=r"events\[20\]"):
        outbox.enqueue_many([*events, "no event"])
    assert outbox.counts() == counts()
    enqueued = outbox.enqueue_many(iter(events))
    assert [one.state for one in enqueued] == ["pending"] * 20
    assert caplog.records == []
    assert outbox.enqueue_many([other_content(tracking, "ORD-7")])[0].conflict is True
    assert "ORD-7" in caplog.text
    assert outbox.counts() == counts(pending=20)


def test_what_the_api_refuses_is_a_dead_letter_until_its_replay(
    outbox: Any, client: Client, connectly_sandbox: Sandbox, tracking: TrackingParams
) -> None:
    for number in range(3):
        outbox.enqueue(purchase(tracking, f"ORD-{number}"))
    connectly_sandbox.fail_next(status=400, body="no such product", times=3)
    assert outbox.deliver(client) == Delivered(accepted=0, rejected=3, dead=0, retried=0)
    letters = list(outbox.dead_letters())
    assert [letter.order_id for letter in letters] == ["ORD-0", "ORD-1", "ORD-2"]
    assert {letter.status for letter in letters} == {400}
    assert "no such product" in letters[0].message
    assert [record.id for record in outbox.dead_letters(limit=2)] == [1, 2]
    assert [record.id for record in outbox.dead_letters(after=2)] == [3]

    plan = outbox.replay(all=True, plan=True)
    assert (plan.replayed, plan.money) == (3, {"USD": Decimal("299.91")})
    assert [event.verdict for event in plan.events] == ["replayed"] * 3
    assert all(event.counts for event in plan.events)
    assert outbox.counts() == counts(rejected=3)

    assert outbox.replay("ORD-0").replayed == 1
    assert outbox.replay(code=letters[0].code).replayed == 2
    assert outbox.replay(code="no_such_code") == Replayed(events=(), replayed=0, money={})
    assert outbox.deliver(client).accepted == 3
    assert list(outbox.dead_letters()) == []


def test_dead_letters_are_read_page_by_page(
    outbox: Any, client: Client, connectly_sandbox: Sandbox, tracking: TrackingParams
) -> None:
    outbox.enqueue_many([purchase(tracking, f"ORD-{number}") for number in range(501)])
    connectly_sandbox.fail_next(status=400, times=0)
    assert outbox.deliver(client).rejected == 501
    assert [record.id for record in outbox.dead_letters()] == list(range(1, 502))
    assert len(list(outbox.dead_letters(limit=501))) == 501


def test_what_could_count_twice_needs_force(
    outbox: Any, client: Client, connectly_sandbox: Sandbox, tracking: TrackingParams
) -> None:
    anonymous = outbox.enqueue(purchase(tracking, None)).id
    connectly_sandbox.fail_next(kind="reset_after_recording")
    assert outbox.deliver(client).dead == 1
    assert outbox.status(id=anonymous).code == "unknown_outcome"
    kept = outbox.replay(id=anonymous)
    assert (kept.replayed, kept.events[0].verdict) == (0, "needs_force")
    assert outbox.replay(id=anonymous, force=True).replayed == 1
    assert outbox.deliver(client).accepted == 1


@pytest.mark.parametrize("by", ["order_id", "id", "tracking_id"])
def test_what_is_forgotten_is_gone_and_no_file_tells_who_the_customer_was(
    by: str, outbox: Any, client: Client, event: ConversionEvent, tmp_path: Path
) -> None:
    number = outbox.enqueue(event).id
    outbox.deliver(client)
    names = {"order_id": "ORD-7821", "id": number, "tracking_id": VISIT["cnct_tracking_id"]}
    known = outbox.status(id=number)
    assert (known.order_id, known.has_payload, known.forgotten_at) == ("ORD-7821", True, None)
    # It is sealed, each event with a key of its own; forgetting erases the key.
    assert secrets_in(outbox, tmp_path) == []
    done = outbox.forget(**{by: names[by]})
    assert (done.forgotten, done.later) == (1, 0)
    record = outbox.status(id=number)
    assert (record.state, record.order_id, record.value) == ("accepted", None, None)
    assert (record.has_payload, record.forgotten_at is not None) == (False, True)
    assert secrets_in(outbox, tmp_path) == []
    assert outbox.enqueue(event).duplicate is True


def secrets_in(outbox: Any, folder: Path) -> list[str]:
    # Whoever closes a file drops the locks that its process has on it.
    outbox.close()
    stored = b"".join(path.read_bytes() for path in folder.iterdir())
    secrets = [VISIT["cnct_tracking_id"], "ORD-7821"]
    return [secret for secret in secrets if secret.encode() in stored]


def test_an_operator_pauses_and_resumes(
    outbox: Any, client: Client, connectly_sandbox: Sandbox, event: ConversionEvent
) -> None:
    outbox.pause()
    outbox.enqueue(event)
    assert outbox.metrics().paused_until == FOR_EVER
    assert outbox.deliver(client) == NOTHING
    tomorrow = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(days=1)
    outbox.pause(until=tomorrow)
    assert outbox.metrics().paused_until == tomorrow
    assert outbox.deliver(client) == NOTHING
    assert connectly_sandbox.requests == []
    outbox.resume()
    assert outbox.metrics().paused_until is None
    assert outbox.deliver(client) == ONE_ACCEPTED
    with pytest.raises((ConfigurationError, TypeError), match="until"):
        outbox.pause(until="tomorrow")


def test_a_refused_key_stops_the_queue_and_loses_nothing(
    outbox: Any, client: Client, connectly_sandbox: Sandbox, tracking: TrackingParams
) -> None:
    outbox.enqueue_many([purchase(tracking, f"ORD-{number}") for number in range(10)])
    connectly_sandbox.fail_next(status=401, times=0)
    outbox.deliver(client)
    metrics = outbox.metrics()
    assert metrics.refused_code is not None
    assert (metrics.counts, metrics.delivered) == (counts(pending=10), NOTHING)
    connectly_sandbox.clear_faults()
    outbox.resume()
    assert outbox.deliver(client).accepted == 10
    assert outbox.metrics().delivered.accepted == 10


def test_a_full_outbox_says_so(kind: str, tmp_path: Path, tracking: TrackingParams) -> None:
    with opened(kind, url_of(tmp_path), BUSINESS, max_events=1, enqueue_timeout=30) as outbox:
        outbox.enqueue(purchase(tracking, "first"))
        with pytest.raises(OutboxError) as caught:
            outbox.enqueue(purchase(tracking, "second"))
        assert caught.value.code == "outbox_full"
        assert outbox.counts() == counts(pending=1)


def test_a_worker_delivers_what_comes(
    outbox: Any, client: Client, connectly_sandbox: Sandbox, tracking: TrackingParams
) -> None:
    told: list[Attempted] = []
    outbox.enqueue(purchase(tracking, "before"), traceparent="00-" + "a" * 32)
    with outbox.worker(client, concurrency=2, rate=1000, on_attempt=told.append):
        outbox.enqueue(purchase(tracking, "meanwhile"))
        connectly_sandbox.wait_for(2)
    assert outbox.counts() == counts(accepted=2)
    assert sorted(attempt.order_id or "" for attempt in told) == ["before", "meanwhile"]
    first = min(told, key=lambda attempt: attempt.id)
    assert (first.state, first.attempts, first.status, first.code) == ("accepted", 1, 200, None)
    assert (first.event_name, first.traceparent) == ("Purchase", "00-" + "a" * 32)
    assert 0 <= first.took < 10


def test_a_worker_that_stops_waits_for_what_is_under_way(
    outbox: Any, client: Client, connectly_sandbox: Sandbox, event: ConversionEvent
) -> None:
    connectly_sandbox.fail_next(kind="delay", seconds=0.3)
    outbox.enqueue(event)
    with outbox.worker(client):
        while not connectly_sandbox.requests:
            pass
    assert outbox.counts() == counts(accepted=1)


def test_a_hook_that_fails_breaks_no_delivery(
    outbox: Any,
    client: Client,
    connectly_sandbox: Sandbox,
    tracking: TrackingParams,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(attempt: Attempted) -> None:
        raise LookupError(f"no metric for {attempt.order_id}")

    connectly_sandbox.fail_next(status=400)
    with caplog.at_level(logging.WARNING), outbox.worker(client, on_attempt=fail):
        for number in range(2):
            outbox.enqueue(purchase(tracking, f"ORD-{number}"))
            while len(connectly_sandbox.requests) <= number:
                pass
    assert outbox.counts() == counts(accepted=1, rejected=1)
    assert "no metric for ORD-1" in caplog.text
    assert "is rejected" in caplog.text
    assert VISIT["cnct_tracking_id"] not in caplog.text


def test_a_worker_whose_file_fails_says_so(
    kind: str, tmp_path: Path, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with opened(kind, url_of(tmp_path / "missing"), BUSINESS) as outbox, outbox.worker(client):
        while not caplog.records:
            pass
    assert "outbox_unavailable" in caplog.text


def test_a_worker_starts_once(outbox: Any, client: Client) -> None:
    with outbox.worker(client) as worker, pytest.raises(ConfigurationError, match="starts once"):
        worker.start()


@pytest.mark.parametrize("options", [{"concurrency": 0}, {"concurrency": 1.5}, {"rate": 0}])
def test_a_pace_that_is_none_is_refused(
    outbox: Any, client: Client, options: dict[str, float]
) -> None:
    with pytest.raises(ConfigurationError), outbox.worker(client, **options):
        pass


def test_a_client_of_another_business_is_refused(
    outbox: Any, connectly_sandbox: Sandbox, event: ConversionEvent
) -> None:
    outbox.enqueue(event)
    with Client(KEY, str(uuid.UUID(int=1)), base_url=connectly_sandbox.url) as other:
        for deliver in (outbox.deliver, lambda client: outbox.worker(client).__enter__()):
            with pytest.raises(ConfigurationError) as caught:
                deliver(other)
            assert caught.value.code == "wrong_business"
    with pytest.raises(TypeError, match="client must be a Client or an AsyncClient"):
        outbox.deliver("client")
    assert connectly_sandbox.requests == []


def test_a_closed_client_delivers_nothing(
    outbox: Any, client: Client, event: ConversionEvent
) -> None:
    outbox.enqueue(event)
    client.close()
    with pytest.raises(ConfigurationError) as caught:
        outbox.deliver(client)
    assert caught.value.code == "client_closed"
    assert outbox.metrics().refused_code is None


def test_closing_a_client_leaves_its_worker_alone(
    outbox: Any, client: Client, connectly_sandbox: Sandbox, event: ConversionEvent
) -> None:
    with outbox.worker(client):
        client.close()
        outbox.enqueue(event)
        connectly_sandbox.wait_for(1)
    assert outbox.counts() == counts(accepted=1)


def test_delivery_ends_at_its_deadline(
    outbox: Any, client: Client, connectly_sandbox: Sandbox, event: ConversionEvent
) -> None:
    connectly_sandbox.fail_next(kind="hang", times=0)
    outbox.enqueue(event)
    assert outbox.deliver(client, deadline=0.4).retried == 1
    # By chance it may be due again at once.
    outbox.pause()
    assert outbox.deliver(client, until_empty=False, deadline=0.1) == NOTHING
    with pytest.raises(ConfigurationError, match="deadline"):
        outbox.deliver(client, deadline=0)


@pytest.mark.parametrize("url", ["connectly.db", "sqlite://connectly.db", "mysql://h/shop", ""])
def test_a_url_that_names_no_file_is_refused(kind: str, url: str) -> None:
    with pytest.raises(ConfigurationError) as caught, opened(kind, url, BUSINESS):
        pass
    assert caught.value.code == "invalid_outbox_url"


def test_options_that_are_none_are_refused(kind: str, tmp_path: Path) -> None:
    for options in ({"max_events": 0}, {"max_bytes": 1.5}, {"enqueue_timeout": 0}):
        with (
            pytest.raises(ConfigurationError, match=next(iter(options))),
            opened(kind, url_of(tmp_path), BUSINESS, **options),
        ):
            pass
    with (
        opened(kind, url_of(tmp_path), BUSINESS, max_bytes=2**40, keep_payloads=1) as outbox,
    ):
        assert outbox.business_id == BUSINESS


def test_it_opens_nothing_before_its_first_use(
    kind: str, tmp_path: Path, event: ConversionEvent
) -> None:
    with opened(kind, url_of(tmp_path), BUSINESS) as outbox:
        assert list(tmp_path.iterdir()) == []
        outbox.counts()
        assert (tmp_path / "outbox.db").exists()


def test_a_closed_outbox_opens_again(outbox: Any, event: ConversionEvent) -> None:
    outbox.enqueue(event)
    outbox.close()
    assert outbox.status("ORD-7821").state == "pending"


def test_a_folder_that_is_not_there_is_an_error(
    kind: str, tmp_path: Path, event: ConversionEvent
) -> None:
    with opened(kind, url_of(tmp_path / "missing"), BUSINESS) as outbox:
        with pytest.raises(OutboxError) as caught:
            outbox.enqueue(event)
        assert caught.value.code == "outbox_unavailable"


def test_threads_share_it(tmp_path: Path, tracking: TrackingParams) -> None:
    with opened("blocking", url_of(tmp_path), BUSINESS, enqueue_timeout=30) as outbox:

        def work(thread: int) -> None:
            for number in range(20):
                outbox.enqueue(purchase(tracking, f"{thread}-{number}"))

        threads = [threading.Thread(target=work, args=(thread,)) for thread in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert outbox.counts() == counts(pending=160)
