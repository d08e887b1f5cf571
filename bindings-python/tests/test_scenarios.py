"""What both clients do while a server misbehaves: ``tests/scenarios`` of the contract."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from connectly_conversions import (
    AsyncClient,
    Client,
    ConnectlyError,
    ConversionEvent,
    Outcome,
    RetryPolicy,
    Sandbox,
)

from .conftest import BUSINESS, KEY
from .support.vectors import CONTRACT

EXAMPLE = json.loads((CONTRACT / "event.json").read_text(encoding="utf-8"))
SCENARIOS = [
    json.loads(path.read_text(encoding="utf-8"))
    for path in sorted((CONTRACT / "scenarios").glob("*.json"))
]
KNOWN = {"name", "about", "client", "faults", "events", "concurrency", "expect"}
TIMEOUTS = ("timeout", "attempt_timeout", "connect_timeout")
POLICY = ("retries", "base", "cap")
# Most of their time is waiting.
AT_ONCE = 8


def blocking(settings: dict[str, Any], events: list[ConversionEvent], concurrency: int) -> Any:
    with Client(KEY, BUSINESS, **settings) as client:
        if len(events) > 1:
            return client.send_many(events, concurrency=concurrency)
        try:
            return [Outcome(events[0], receipt=client.send(events[0]))]
        except ConnectlyError as error:
            return [Outcome(events[0], error=error)]


def awaited(settings: dict[str, Any], events: list[ConversionEvent], concurrency: int) -> Any:
    async def main() -> Any:
        async with AsyncClient(KEY, BUSINESS, **settings) as client:
            if len(events) > 1:
                return await client.send_many(events, concurrency=concurrency)
            try:
                return [Outcome(events[0], receipt=await client.send(events[0]))]
            except ConnectlyError as error:
                return [Outcome(events[0], error=error)]

    return asyncio.run(main())


def event(changes: dict[str, Any]) -> ConversionEvent:
    payload = {**EXAMPLE["payload"], **changes}
    return ConversionEvent.from_dict({**EXAMPLE, "payload": payload})


def outcome(expected: dict[str, Any], found: Outcome) -> None:
    (name,) = expected
    if name == "receipt":
        assert found.receipt is not None, found
        # Left out where it depends on which side is faster.
        assert expected["receipt"] in ({}, {"attempts": found.receipt.attempts})
    else:
        assert name == "error"
        assert found.error is not None, found
        names = expected["error"].keys()
        assert names <= {
            "kind", "code", "retryable", "attempts", "status", "retry_after", "message",
        }  # fmt: skip
        assert {name: getattr(found.error, name) for name in names} == expected["error"]


def run(scenario: dict[str, Any], send: Callable[..., list[Outcome]]) -> None:
    assert scenario.keys() <= KNOWN
    settings = dict(scenario["client"])
    policy = {name: settings.pop(name) for name in POLICY if name in settings}
    assert settings.keys() <= {*TIMEOUTS}
    expect = dict(scenario["expect"])
    with Sandbox() as sandbox:
        sandbox._native.script_json(json.dumps({"faults": scenario["faults"]}))
        settings.update(base_url=sandbox.url, retry=RetryPolicy(**policy))
        events = [event(changes) for changes in scenario["events"]]
        began = time.monotonic()
        outcomes = send(settings, events, scenario.get("concurrency"))
        waited = time.monotonic() - began
        assert [found.event for found in outcomes] == events
        for expected, found in zip(expect.pop("outcomes"), outcomes, strict=True):
            outcome(expected, found)
        if "requests" in expect:
            assert len(sandbox.requests) == expect.pop("requests")
        assert waited >= expect.pop("waits_at_least", 0)
        received = Counter(event.order_id for event in sandbox.received)
        wanted: Counter[str | None] = Counter()
        for entry in expect.pop("received"):
            wanted[entry["order_id"]] += entry["times"]
        assert received == wanted
        assert expect == {}, "members that this runner does not know"


@pytest.fixture(scope="module")
def runs() -> Any:
    """All of them, started together; each test waits for its own."""
    with ThreadPoolExecutor(AT_ONCE) as threads:
        started: dict[tuple[str, str], Future[None]] = {
            (scenario["name"], send.__name__): threads.submit(run, scenario, send)
            for scenario in SCENARIOS
            for send in (blocking, awaited)
        }
        yield started


@pytest.mark.parametrize("client", ["blocking", "awaited"])
@pytest.mark.parametrize("name", [scenario["name"] for scenario in SCENARIOS])
def test_scenario(name: str, client: str, runs: dict[tuple[str, str], Future[None]]) -> None:
    runs[name, client].result()
