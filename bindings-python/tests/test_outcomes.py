"""Outcomes as a stream: bounded in memory, and handed over where something interrupts it."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from typing import Any

import pytest

from connectly_conversions import (
    AsyncClient,
    Client,
    ConfigurationError,
    ConversionEvent,
    Outcome,
    RejectedError,
    Sandbox,
    TrackingParams,
)

from .conftest import purchase


class Source:
    """Events without end, or as many as told; counts what was pulled."""

    def __init__(self, tracking: TrackingParams, count: int) -> None:
        self._tracking = tracking
        self._count = count
        self.pulled = 0

    def __iter__(self) -> Iterator[ConversionEvent]:
        while self.pulled < self._count:
            self.pulled += 1
            yield purchase(self._tracking, self.pulled - 1)

    async def __aiter__(self) -> AsyncIterator[ConversionEvent]:
        for event in self:
            await asyncio.sleep(0)
            yield event


def orders(outcomes: Any) -> list[int]:
    return [int(outcome.event.order_id) for outcome in outcomes]


def attached(error: BaseException) -> list[Outcome]:
    outcomes: list[Outcome] = getattr(error, "outcomes")  # noqa: B009
    return outcomes


def test_only_as_many_are_pulled_as_may_be_under_way(
    connectly_sandbox: Sandbox, tracking: TrackingParams
) -> None:
    source = Source(tracking, 500)
    with Client() as client:
        for given, outcome in enumerate(client.outcomes(source, concurrency=8)):
            assert outcome.ok
            assert outcome.event.order_id == str(given)
            assert source.pulled <= given + 8
    assert len(connectly_sandbox.received) == 500


def test_asyncio_pulls_as_little_from_either_kind_of_iterable(
    connectly_sandbox: Sandbox, tracking: TrackingParams
) -> None:
    async def main(events: Any, source: Source) -> None:
        given = 0
        async with AsyncClient() as client:
            async for outcome in client.outcomes(events, concurrency=8):
                assert outcome.event.order_id == str(given)
                given += 1
                # One more may be pulled as soon as this one is given out.
                assert source.pulled <= given + 8
        assert given == 300

    for kind in (iter, aiter):
        source = Source(tracking, 300)
        asyncio.run(main(kind(source), source))  # type: ignore[operator]
    assert len(connectly_sandbox.received) == 600


def test_nothing_is_pulled_before_it_is_asked_for(
    connectly_sandbox: Sandbox, tracking: TrackingParams
) -> None:
    source = Source(tracking, 5)
    Client().outcomes(source)
    assert source.pulled == 0
    assert Client().send_many([]) == []
    assert asyncio.run(_collected([])) == []


async def _collected(events: Any) -> list[Outcome]:
    return await AsyncClient().send_many(events)


def test_an_outcome_comes_while_the_source_is_slow(
    connectly_sandbox: Sandbox, tracking: TrackingParams
) -> None:
    async def main() -> None:
        told = asyncio.Event()

        async def source() -> AsyncIterator[ConversionEvent]:
            yield purchase(tracking, 0)
            await told.wait()  # before there is an outcome there is no second event
            yield purchase(tracking, 1)

        async for outcome in AsyncClient().outcomes(source()):
            assert outcome.ok
            told.set()

    asyncio.run(main())
    assert len(connectly_sandbox.received) == 2


@pytest.mark.parametrize("concurrency", [0, -1, 1.5, 10**400])
def test_a_concurrency_that_is_none(connectly_sandbox: Sandbox, concurrency: Any) -> None:
    with pytest.raises(ConfigurationError, match="concurrency"):
        Client().outcomes([], concurrency=concurrency)

    async def main() -> None:
        with pytest.raises(ConfigurationError, match="concurrency"):
            AsyncClient().outcomes([], concurrency=concurrency)

    asyncio.run(main())


def test_a_source_that_raises_costs_no_outcome(
    connectly_sandbox: Sandbox, tracking: TrackingParams
) -> None:
    def source() -> Iterator[ConversionEvent]:
        yield from Source(tracking, 6)
        message = "the database is gone"
        raise LookupError(message)

    connectly_sandbox.fail_next(status=400, order_id="3")
    with pytest.raises(LookupError, match="the database is gone") as caught:
        Client().send_many(source(), concurrency=4)
    assert orders(attached(caught.value)) == [*range(6)]
    assert isinstance(attached(caught.value)[3].error, RejectedError)

    with pytest.raises(LookupError) as caught:
        asyncio.run(_collected(source()))
    assert orders(attached(caught.value)) == [*range(6)]

    # As a stream, the outcomes come first, and then what the source has raised.
    given = []
    with pytest.raises(LookupError):
        given.extend(Client().outcomes(source()))
    assert orders(given) == [*range(6)]


def test_what_is_no_event_is_told_with_the_outcomes_before_it(
    connectly_sandbox: Sandbox, event: ConversionEvent
) -> None:
    with pytest.raises(TypeError, match=r"events\[1\]") as caught:
        Client().send_many([event, "x"])  # type: ignore[list-item]
    assert [outcome.ok for outcome in attached(caught.value)] == [True]
    with pytest.raises(TypeError, match=r"events\[1\]"):
        asyncio.run(_collected([event, "x"]))


def interrupt(sandbox: Sandbox, requests: int) -> threading.Thread:
    """Ctrl-C once so many requests were answered, and one hangs."""

    def run() -> None:
        while len(sandbox.requests) < requests or len(sandbox.received) < requests - 1:
            pass
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_ctrl_c_hands_over_what_has_ended(
    connectly_sandbox: Sandbox, tracking: TrackingParams
) -> None:
    # The third hangs, and the three behind it were answered.
    connectly_sandbox.fail_next(kind="hang", order_id="2", times=0)
    source = Source(tracking, 100)
    client = Client(timeout=600, attempt_timeout=600)
    thread = interrupt(connectly_sandbox, 6)
    with pytest.raises(KeyboardInterrupt) as caught:
        client.send_many(source, concurrency=4)
    thread.join()
    told = orders(attached(caught.value))
    assert told[:2] == [0, 1]
    # What the server has answered a moment ago may still be on its way.
    assert set(told[2:]) <= {3, 4, 5}
    assert source.pulled == 6


def test_cancelling_hands_over_what_has_ended(
    connectly_sandbox: Sandbox, tracking: TrackingParams
) -> None:
    connectly_sandbox.fail_next(kind="hang", order_id="2", times=0)
    told: list[Outcome] = []

    async def send() -> None:
        try:
            await AsyncClient().send_many(Source(tracking, 100), concurrency=4)
        except asyncio.CancelledError as error:
            told.extend(attached(error))
            raise

    async def main() -> None:
        sending = asyncio.ensure_future(send())
        while len(connectly_sandbox.received) < 5:
            await asyncio.sleep(0)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending

    asyncio.run(main())
    assert orders(told)[:2] == [0, 1]
    assert set(orders(told)[2:]) <= {3, 4, 5}


def test_leaving_early_stops_what_is_under_way(
    connectly_sandbox: Sandbox, tracking: TrackingParams
) -> None:
    connectly_sandbox.fail_next(kind="hang", order_id="1", times=0)
    blocking, awaited = Source(tracking, 100), Source(tracking, 100)
    for outcome in Client().outcomes(blocking, concurrency=2):
        assert outcome.event.order_id == "0"
        break

    async def main() -> None:
        async with aclosing(AsyncClient().outcomes(awaited, concurrency=2)) as outcomes:
            async for outcome in outcomes:
                assert outcome.event.order_id == "0"
                break
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(main())
    assert blocking.pulled <= 3
    assert awaited.pulled <= 3
