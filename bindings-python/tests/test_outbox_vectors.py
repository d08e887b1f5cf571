"""``outbox.json`` of the contract, with both outboxes, in a file and in a database."""

from __future__ import annotations

import hashlib
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from connectly_conversions import Client, ConversionEvent, Sandbox

from .conftest import BUSINESS, KEY
from .django.databases import postgresql
from .support.outboxes import KINDS, opened, url_of
from .support.vectors import CONTRACT, cases

EXAMPLE = json.loads((CONTRACT / "event.json").read_text(encoding="utf-8"))
OF_THE_EVENT = ("event_name", "cnct_tracking_id")
OF_THE_PAYLOAD = ("order_id", "currency", "value")
HOUR = 3600


class Play:
    """One case: its outbox, its sandbox, and the ids that steps have named."""

    def __init__(self, outbox: Any, client: Client, sandbox: Sandbox) -> None:
        self.outbox, self.client, self.sandbox = outbox, client, sandbox
        self.ids: dict[str, int] = {}
        self.of_orders: dict[tuple[str, str], int] = {}

    def step(self, step: dict[str, Any]) -> None:
        step = deepcopy(step)
        play: Callable[[dict[str, Any], Any], None] = getattr(self, step.pop("do"))
        expect = step.pop("expect", None)
        play(step, expect)
        assert step == {}, "members that this runner does not know"

    def enqueue(self, step: dict[str, Any], expect: dict[str, Any]) -> None:
        event, hold = event_of(step.pop("event")), step.pop("hold", None)
        found = self.outbox.enqueue(event, hold_until=moment(hold))
        wanted = {"duplicate": False, "replaced": False, "conflict": False, **expect}
        assert {name: getattr(found, name) for name in wanted} == wanted
        if "as" in step:
            self.ids[step.pop("as")] = found.id
        if event.order_id is not None:
            key = (event.event_name, event.order_id)
            assert self.of_orders.setdefault(key, found.id) == found.id

    def target(self, step: dict[str, Any]) -> dict[str, Any]:
        names = ("order_id", "event_name")
        named = {name: step.pop(name) for name in names if name in step}
        if "id" in step:
            named["id"] = self.ids[step.pop("id")]
        if "cnct_tracking_id" in step:
            named["tracking_id"] = step.pop("cnct_tracking_id")
        return named

    def release(self, step: dict[str, Any], expect: dict[str, Any]) -> None:
        compare(expect, self.outbox.release(**self.target(step)))

    def cancel(self, step: dict[str, Any], expect: dict[str, Any]) -> None:
        reason = step.pop("reason", None)
        compare(expect, self.outbox.cancel(**self.target(step), reason=reason))

    def skip(self, step: dict[str, Any], expect: dict[str, Any]) -> None:
        reason = step.pop("reason")
        compare(expect, self.outbox.skip(**self.target(step), reason=reason))

    def forget(self, step: dict[str, Any], expect: dict[str, Any]) -> None:
        compare(expect, self.outbox.forget(**self.target(step)))

    def replay(self, step: dict[str, Any], expect: dict[str, Any]) -> None:
        options = {
            name: step.pop(name) for name in ("code", "all", "force", "plan") if name in step
        }
        found = self.outbox.replay(**self.target(step), **options)
        assert found.replayed == expect.pop("replayed")
        assert [event.verdict for event in found.events] == expect.pop("verdicts")
        money = {currency: Decimal(total) for currency, total in expect.pop("money").items()}
        assert found.money == money
        assert expect == {}

    def status(self, step: dict[str, Any], expect: dict[str, Any] | None) -> None:
        found = self.outbox.status(**self.target(step))
        if expect is None:
            assert found is None
            return
        for name, wanted in expect.items():
            value = getattr(found, name)
            if name.endswith(("_at", "_since")):
                assert wanted in {True, None}
                assert isinstance(value, datetime) is (wanted is True), name
            elif name == "value":
                assert value == (None if wanted is None else Decimal(wanted))
            elif name == "issues":
                assert (wanted, value) == (None, ())
            else:
                assert value == wanted, name

    def counts(self, step: dict[str, Any], expect: dict[str, Any]) -> None:
        assert vars(self.outbox.counts()) == {**dict.fromkeys(STATES, 0), **expect}

    def dead_letters(self, step: dict[str, Any], expect: list[str]) -> None:
        assert [record.order_id for record in self.outbox.dead_letters()] == expect

    def faults(self, step: dict[str, Any]) -> None:
        self.sandbox.clear_faults()
        self.sandbox._native.script_json(json.dumps({"faults": step.pop("faults", [])}))

    def deliver(self, step: dict[str, Any], expect: dict[str, Any]) -> None:
        self.faults(step)
        before = len(self.sandbox.requests)
        found = vars(self.outbox.deliver(self.client))
        found["requests"] = len(self.sandbox.requests) - before
        assert found == {**dict.fromkeys(found, 0), **expect}

    def work(self, step: dict[str, Any], expect: dict[str, Any]) -> None:
        self.faults(step)
        wanted = {**dict.fromkeys(STATES, 0), **expect}
        with self.outbox.worker(self.client):
            while vars(self.outbox.counts()) != wanted:
                pass

    def pause(self, step: dict[str, Any], expect: None) -> None:
        self.outbox.pause(moment(step.pop("until", None)))

    def resume(self, step: dict[str, Any], expect: None) -> None:
        self.outbox.resume()


STATES = ("held", "pending", "leased", "accepted", "rejected", "dead", "cancelled", "skipped")


def compare(expect: dict[str, Any], found: Any) -> None:
    assert vars(found) == expect


def moment(word: str | None) -> Any:
    return {"past": time.time() - HOUR, "future": time.time() + 24 * HOUR}.get(word or "", word)


def event_of(changes: dict[str, Any]) -> ConversionEvent:
    changes = dict(changes)
    document = {**EXAMPLE, "payload": dict(EXAMPLE["payload"])}
    for names, members in ((OF_THE_EVENT, document), (OF_THE_PAYLOAD, document["payload"])):
        for name in names:
            if name in changes:
                members[name] = changes.pop(name)
    if changes.pop("placed", None) == "now":
        document["payload"]["event_time"] = int(time.time())
    assert changes == {}
    return ConversionEvent.from_dict(document)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The URL of a database on a server of these tests'."""
    with postgresql() as entry:
        yield f"postgresql://{entry['USER']}@{quote(entry['HOST'], safe='')}/{entry['NAME']}"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("case", cases("outbox", "steps", "received"))
def test_outbox(case: dict[str, Any], kind: str, tmp_path: Path) -> None:
    play(case, kind, url_of(tmp_path))


@pytest.mark.parametrize("case", cases("outbox", "steps", "received"))
def test_outbox_in_a_database(case: dict[str, Any], server: str) -> None:
    schema = hashlib.sha256(case["name"].encode()).hexdigest()
    play(case, "blocking", f"{server}?schema=case_{schema[:16]}")


def play(case: dict[str, Any], kind: str, url: str) -> None:
    with (
        Sandbox() as sandbox,
        Client(KEY, BUSINESS, base_url=sandbox.url) as client,
        opened(kind, url, BUSINESS, enqueue_timeout=30) as outbox,
    ):
        played = Play(outbox, client, sandbox)
        for step in case["steps"]:
            played.step(step)
        if "received" in case:
            received = Counter(event.order_id for event in sandbox.received)
            wanted: Counter[str | None] = Counter()
            for entry in case["received"]:
                wanted[entry["order_id"]] += entry["times"]
            assert received == wanted
