"""Forks: a client made or used before a fork works in parent and child."""

from __future__ import annotations

import asyncio
import ctypes
import multiprocessing
import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator

import pytest

from connectly_conversions import AsyncClient, Client, ConversionEvent, Sandbox, TrackingParams

from .conftest import purchase

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system"),
    # Python 3.12 warns of what these tests are about.
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning"),
]

libc = ctypes.PyDLL(None)


def in_fork(child: Callable[[], object], fork: Callable[[], int] = os.fork) -> int:
    """Runs ``child`` in a fork; gives its exit code, or the signal that ended it, negated."""
    pid = fork()
    if pid == 0:
        code = 1
        try:
            signal.alarm(20)  # a child that hangs ends by it
            child()
            code = 0
        except BaseException as error:  # noqa: BLE001
            os.write(2, f"in the child: {error!r}\n".encode())
        finally:
            os._exit(code)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status)


@pytest.fixture(params=["os.fork", "fork in C"])
def fork(request: pytest.FixtureRequest) -> Callable[[], int]:
    return os.fork if request.param == "os.fork" else libc.fork


def test_a_client_that_has_sent_works_in_children_and_grandchildren(
    fork: Callable[[], int], connectly_sandbox: Sandbox, tracking: TrackingParams
) -> None:
    client = Client()
    client.send(purchase(tracking, "parent"))

    def grandchild() -> None:
        client.send(purchase(tracking, "grandchild"))

    def child() -> None:
        client.send(purchase(tracking, "child"))
        assert in_fork(grandchild, fork) == 0

    assert in_fork(child, fork) == 0
    client.send(purchase(tracking, "parent again"))
    orders = [event.order_id for event in connectly_sandbox.received]
    assert orders == ["parent", "child", "grandchild", "parent again"]


def test_asyncio_in_parent_and_child(
    fork: Callable[[], int], connectly_sandbox: Sandbox, tracking: TrackingParams
) -> None:
    client = AsyncClient()

    def send(order: str) -> None:
        asyncio.run(client.send(purchase(tracking, order)))

    send("parent")
    assert in_fork(lambda: send("child"), fork) == 0
    send("parent again")
    assert len(connectly_sandbox.received) == 3


def test_a_closed_client_is_closed_in_the_child(
    connectly_sandbox: Sandbox, event: ConversionEvent
) -> None:
    client = Client()
    client.close()

    def child() -> None:
        try:
            client.send(event)
        except Exception as error:  # noqa: BLE001
            assert getattr(error, "code", "") == "client_closed"
        else:
            raise AssertionError

    assert in_fork(child) == 0
    assert connectly_sandbox.requests == []


def test_what_a_child_inherits_can_be_dropped_there(
    connectly_sandbox: Sandbox, event: ConversionEvent
) -> None:
    holder = [Client(), AsyncClient(), Sandbox()]
    holder[0].send(event)  # type: ignore[union-attr]
    asyncio.run(holder[1].send(event))  # type: ignore[union-attr, arg-type]
    assert in_fork(holder.clear) == 0


def test_the_sandbox_of_the_parent_is_not_the_childs(connectly_sandbox: Sandbox) -> None:
    def child() -> None:
        try:
            _ = connectly_sandbox.received
        except RuntimeError:
            return
        raise AssertionError

    assert in_fork(child) == 0


@pytest.fixture
def load(connectly_sandbox: Sandbox, tracking: TrackingParams) -> Iterator[Client]:
    """A client that four threads and an event loop send with, without a pause."""
    client, aclient, stop = Client(), AsyncClient(), threading.Event()
    failures: list[BaseException] = []

    def blocking() -> None:
        try:
            while not stop.is_set():
                client.send(purchase(tracking, "load"))
        except BaseException as error:  # noqa: BLE001
            failures.append(error)

    async def loop() -> None:
        while not stop.is_set():
            await asyncio.gather(*[aclient.send(purchase(tracking, "load")) for _ in range(8)])

    threads = [threading.Thread(target=blocking) for _ in range(4)]
    threads.append(threading.Thread(target=lambda: asyncio.run(loop())))
    for thread in threads:
        thread.start()
    yield client
    stop.set()
    for thread in threads:
        thread.join()
    assert failures == []


def test_forks_under_load(
    load: Client, connectly_sandbox: Sandbox, tracking: TrackingParams
) -> None:
    # Not in C: Python itself hangs in such a child while other threads wait for its lock. What
    # this library adds is forked in C under load by the fork guard's own tests.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        codes = [
            in_fork(lambda order=order: load.send(purchase(tracking, f"child {order}")))
            for order in range(40)
        ]
    assert codes == [0] * 40
    received = [event.order_id for event in connectly_sandbox.received]
    for order in range(40):
        assert received.count(f"child {order}") == 1


CLIENT: Client | None = None


def _send(order: int) -> int:
    client = CLIENT or Client()
    tracking = TrackingParams("t", "s", "c", "1")
    return client.send(purchase(tracking, order)).attempts


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_multiprocessing(
    method: str, connectly_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules[__name__], "CLIENT", Client())
    assert _send(-1) == 1
    with multiprocessing.get_context(method).Pool(3) as pool:
        assert pool.map(_send, range(30)) == [1] * 30
        pool.close()
        pool.join()
    orders = sorted(int(event.order_id or 0) for event in connectly_sandbox.received)
    assert orders == [-1, *range(30)]


def test_a_fork_in_a_signal_handler_leaves_the_request_to_the_parent(
    connectly_sandbox: Sandbox, event: ConversionEvent
) -> None:
    connectly_sandbox.fail_next(kind="delay", seconds=0.5)
    client = Client()
    main = os.getpid()
    codes: list[int] = []

    def handler(_signal: int, _frame: object) -> None:
        pid = os.fork()
        if pid:
            codes.append(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))

    def interrupt() -> None:
        while not connectly_sandbox.requests:
            pass
        os.kill(main, signal.SIGUSR1)

    previous = signal.signal(signal.SIGUSR1, handler)
    try:
        threading.Thread(target=interrupt).start()
        try:
            client.send(event)
        except Exception:  # noqa: BLE001 - in the child
            os._exit(7 if os.getpid() != main else 1)
        if os.getpid() != main:
            os._exit(8)
    finally:
        signal.signal(signal.SIGUSR1, previous)
    assert codes == [7]
    connectly_sandbox.assert_reported("ORD-7821")
