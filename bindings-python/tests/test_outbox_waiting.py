"""Who waits for the outbox: nothing holds a checkout, a signal, a thread or an event loop up."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from connectly_conversions import (
    AsyncClient,
    AsyncOutbox,
    Client,
    ConversionEvent,
    Outbox,
    OutboxError,
    Sandbox,
    TrackingParams,
)

from .conftest import BUSINESS, KEY, purchase
from .support.outboxes import KINDS, opened, url_of

# What is at once, on a machine that is busy; what it must not be is a minute.
AT_ONCE = 5
LONG = 60


# A lock of this process would not do: the two copies of SQLite in it do not see each other's.
LOCKING = """
import sqlite3, sys
other = sqlite3.connect(sys.argv[1], isolation_level=None)
other.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
input()
"""


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Another process is in a transaction that does not end."""
    command = [sys.executable, "-c", LOCKING, str(folder / "outbox.db")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"locked\n"
        yield
        other.kill()


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    with Outbox.open(url_of(tmp_path), BUSINESS, enqueue_timeout=LONG) as outbox:
        outbox.counts()  # the file is there
        yield outbox


@pytest.fixture
def client(connectly_sandbox: Sandbox) -> Iterator[Client]:
    with Client(KEY, BUSINESS, base_url=connectly_sandbox.url) as client:
        yield client


def interrupted(call: Callable[[], object], when: Callable[[], object]) -> float:
    """How long the call went on after Ctrl-C. The thread that sends it needs the GIL."""
    sent_at, called = 0.0, threading.Event()

    def interrupt() -> None:
        nonlocal sent_at
        called.wait()
        when()
        sent_at = time.monotonic()
        os.kill(os.getpid(), signal.SIGINT)

    def interruptible() -> None:
        called.set()
        call()

    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        interruptible()
    return time.monotonic() - sent_at


@pytest.mark.parametrize("kind", KINDS)
def test_a_checkout_waits_for_its_time_limit_only(
    kind: str, tmp_path: Path, event: ConversionEvent
) -> None:
    with opened(kind, url_of(tmp_path), BUSINESS, enqueue_timeout=0.1) as outbox:
        outbox.counts()
        with locked(tmp_path), pytest.raises(OutboxError) as caught:
            outbox.enqueue(event)
        assert caught.value.code in {"outbox_timeout", "outbox_busy"}
        assert caught.value.retryable


def test_ctrl_c_is_heard_while_an_event_waits(
    outbox: Outbox, tmp_path: Path, event: ConversionEvent
) -> None:
    with locked(tmp_path):
        assert interrupted(lambda: outbox.enqueue(event), when=lambda: None) < AT_ONCE
    assert outbox.enqueue(event).state == "pending"


def test_ctrl_c_is_heard_while_an_api_hangs(
    outbox: Outbox, client: Client, connectly_sandbox: Sandbox, event: ConversionEvent
) -> None:
    def under_way() -> None:
        while not connectly_sandbox.requests:
            pass

    connectly_sandbox.fail_next(kind="hang")
    outbox.enqueue(event)
    assert interrupted(lambda: outbox.deliver(client), when=under_way) < AT_ONCE
    # What was under way ends in the background, ten seconds later at most.
    assert outbox.counts().accepted == 0


def test_a_cancelled_enqueue_leaves_the_loop_running(
    tmp_path: Path, tracking: TrackingParams
) -> None:
    async def main() -> None:
        async with AsyncOutbox.open(url_of(tmp_path), BUSINESS, enqueue_timeout=LONG) as outbox:
            await outbox.counts()
            with locked(tmp_path):
                enqueueing = asyncio.ensure_future(outbox.enqueue(purchase(tracking, "cancelled")))
                await asyncio.wait([enqueueing], timeout=0.05)
                assert not enqueueing.done()
                enqueueing.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await enqueueing
            assert (await outbox.enqueue(purchase(tracking, "next"))).state == "pending"
            # It may have come to be stored: enqueueing it again does no harm.
            await outbox.enqueue(purchase(tracking, "cancelled"))
            assert (await outbox.counts()).pending == 2

    asyncio.run(main())


def test_a_cancelled_delivery_ends_in_order(
    tmp_path: Path, connectly_sandbox: Sandbox, tracking: TrackingParams
) -> None:
    async def main() -> None:
        async with (
            AsyncClient(KEY, BUSINESS, base_url=connectly_sandbox.url) as client,
            AsyncOutbox.open(url_of(tmp_path), BUSINESS, enqueue_timeout=LONG) as outbox,
        ):
            await outbox.enqueue_many([purchase(tracking, number) for number in range(200)])
            delivering = asyncio.ensure_future(outbox.deliver(client))
            while not connectly_sandbox.received:
                await asyncio.wait([delivering], timeout=0.001)
            delivering.cancel()
            with pytest.raises(asyncio.CancelledError):
                await delivering
            # Attempts under way end, their outcomes are written, and no more are made.
            while (await outbox.counts()).leased:
                pass
            accepted = (await outbox.counts()).accepted
            assert accepted == len(connectly_sandbox.received)
            assert (await outbox.deliver(client)).accepted == 200 - accepted

    asyncio.run(main())
    assert {event.times for event in connectly_sandbox.received} == {1}


def test_many_tasks_enqueue_at_once(tmp_path: Path, tracking: TrackingParams) -> None:
    async def main() -> None:
        async with AsyncOutbox.open(url_of(tmp_path), BUSINESS, enqueue_timeout=LONG) as outbox:
            orders = [purchase(tracking, number) for number in range(300)]
            enqueued = await asyncio.gather(*map(outbox.enqueue, orders))
            assert len({one.id for one in enqueued}) == 300
            assert (await outbox.counts()).pending == 300

    asyncio.run(main())


def test_outside_of_asyncio_the_error_says_so(tmp_path: Path, event: ConversionEvent) -> None:
    coroutine = AsyncOutbox.open(url_of(tmp_path), BUSINESS).enqueue(event)
    with pytest.raises(RuntimeError, match="need a running event loop of asyncio"):
        coroutine.send(None)
