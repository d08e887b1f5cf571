"""The client of asyncio, under asyncio and uvloop."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
import trio

from connectly_conversions import (
    AsyncClient,
    Client,
    ConfigurationError,
    ConversionEvent,
    RejectedError,
    RetryPolicy,
    Sandbox,
    TrackingParams,
)

from .conftest import BUSINESS, KEY, purchase
from .support.raw import OK, read_request, serving

Run = Callable[[Coroutine[Any, Any, Any]], Any]


@pytest.fixture(params=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Run:
    if request.param == "asyncio":
        return asyncio.run
    uvloop = pytest.importorskip("uvloop")
    return uvloop.run  # type: ignore[no-any-return]


def test_a_purchase_is_received(
    run: Run, connectly_sandbox: Sandbox, event: ConversionEvent
) -> None:
    async def main() -> None:
        async with AsyncClient() as client:
            receipt = await client.send(event)
            assert (receipt.events_received, receipt.attempts) == (1, 1)
        assert client.closed
        with pytest.raises(ConfigurationError):
            await client.send(event)

    run(main())
    connectly_sandbox.assert_reported("ORD-7821", value=99.97)


def test_an_error_is_raised_where_it_is_awaited(
    run: Run, connectly_sandbox: Sandbox, event: ConversionEvent
) -> None:
    connectly_sandbox.fail_next(status=400, body="no")

    async def main() -> None:
        async with AsyncClient() as client:
            with pytest.raises(RejectedError, match="no"):
                await client.send(event)
            with pytest.raises(TypeError, match="event"):
                await client.send("x")  # type: ignore[arg-type]

    run(main())


def test_a_thousand_at_once(run: Run, connectly_sandbox: Sandbox, tracking: TrackingParams) -> None:
    async def main() -> None:
        async with AsyncClient(timeout=60, attempt_timeout=60, connect_timeout=60) as client:
            sends = [client.send(purchase(tracking, order)) for order in range(1000)]
            receipts = await asyncio.gather(*sends)
        assert all(receipt.events_received == 1 for receipt in receipts)

    run(main())
    received = connectly_sandbox.received
    assert sorted(int(event.order_id or 0) for event in received) == list(range(1000))


def test_send_many(run: Run, connectly_sandbox: Sandbox, tracking: TrackingParams) -> None:
    connectly_sandbox.fail_next(status=400, order_id="7")
    events = [purchase(tracking, order) for order in range(50)]

    async def main() -> list[Any]:
        async with AsyncClient() as client:
            with pytest.raises(ConfigurationError):
                await client.send_many(events, concurrency=0)
            return await client.send_many(events, concurrency=8)

    outcomes = run(main())
    assert [outcome.event for outcome in outcomes] == events
    assert [index for index, outcome in enumerate(outcomes) if not outcome.ok] == [7]


def test_the_loop_runs_on_while_a_server_hangs(
    run: Run, connectly_sandbox: Sandbox, event: ConversionEvent
) -> None:
    connectly_sandbox.fail_next(kind="hang")

    async def main() -> None:
        client = AsyncClient()
        hanging = asyncio.ensure_future(client.send(event))
        while not connectly_sandbox.requests:
            await asyncio.sleep(0)
        await client.send(event)
        assert not hanging.done()
        hanging.cancel()
        with pytest.raises(asyncio.CancelledError):
            await hanging

    run(main())


def test_cancelling_closes_the_connection(run: Run, event: ConversionEvent) -> None:
    arrived, gone = asyncio.Event, asyncio.Event

    async def main() -> None:
        loop = asyncio.get_running_loop()
        has_arrived, is_gone = arrived(), gone()

        def serve(connection: socket.socket) -> None:
            read_request(connection)
            loop.call_soon_threadsafe(has_arrived.set)
            # Never answers; reads the end of the connection once the request is dropped.
            assert connection.recv(1) == b""
            loop.call_soon_threadsafe(is_gone.set)

        with serving(serve) as server:
            client = AsyncClient(KEY, BUSINESS, base_url=server.url)
            sending = asyncio.ensure_future(client.send(event))
            await has_arrived.wait()
            sending.cancel()
            await is_gone.wait()
            with pytest.raises(asyncio.CancelledError):
                await sending

    run(main())


def test_a_time_out_of_the_caller_ends_the_request(
    run: Run, connectly_sandbox: Sandbox, event: ConversionEvent
) -> None:
    connectly_sandbox.fail_next(kind="hang", times=0)

    async def main() -> None:
        with pytest.raises((TimeoutError, asyncio.TimeoutError)):
            await asyncio.wait_for(AsyncClient().send(event), 0.1)

    run(main())


def test_one_client_serves_several_loops(
    connectly_sandbox: Sandbox, event: ConversionEvent
) -> None:
    client = AsyncClient()
    for _ in range(3):
        asyncio.run(client.send(event))
    assert len(connectly_sandbox.received) == 3


def test_closing_waits_and_cuts_off(
    run: Run, connectly_sandbox: Sandbox, event: ConversionEvent
) -> None:
    async def main() -> None:
        assert await AsyncClient().close() == 0
        client = AsyncClient(timeout=600, attempt_timeout=600)
        connectly_sandbox.fail_next(kind="delay", seconds=0.3)
        sending = asyncio.ensure_future(client.send(event))
        while not connectly_sandbox.requests:
            await asyncio.sleep(0)
        assert await client.close() == 0
        assert (await sending).attempts == 1

        client = AsyncClient(timeout=600, attempt_timeout=600)
        connectly_sandbox.fail_next(kind="hang", times=0)
        sending = asyncio.ensure_future(client.send(event))
        while len(connectly_sandbox.requests) < 2:
            await asyncio.sleep(0)
        assert await client.close(timeout=0) == 1
        with pytest.raises(ConfigurationError) as caught:
            await sending
        assert (caught.value.code, caught.value.retryable) == ("client_closed", True)

    run(main())


def test_a_result_for_a_closed_loop_harms_nothing(
    connectly_sandbox: Sandbox, event: ConversionEvent
) -> None:
    connectly_sandbox.fail_next(kind="delay", seconds=0.2)
    client = AsyncClient()
    loop = asyncio.new_event_loop()
    coroutine = client.send(event)
    task = loop.create_task(coroutine)
    loop.call_soon(loop.stop)
    loop.run_forever()
    loop.close()
    connectly_sandbox.wait_for(1)
    assert not task.done()
    task._log_destroy_pending = False  # type: ignore[attr-defined]
    asyncio.run(client.send(event))


def test_idle_connections_that_the_server_closed(run: Run, tracking: TrackingParams) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        closed: asyncio.Queue[None] = asyncio.Queue()

        def serve(connection: socket.socket) -> None:
            read_request(connection)
            connection.sendall(OK)
            connection.close()
            loop.call_soon_threadsafe(closed.put_nowait, None)

        with serving(serve) as server:
            client = AsyncClient(
                KEY, BUSINESS, base_url=server.url, retry=RetryPolicy(base=0, cap=0)
            )
            for order in range(20):
                await client.send(purchase(tracking, order))
                await closed.get()

    run(main())


def test_trio_is_told_what_to_do_and_that_works(
    connectly_sandbox: Sandbox, event: ConversionEvent
) -> None:
    async def main() -> None:
        with pytest.raises(RuntimeError, match=r"trio\.to_thread\.run_sync"):
            await AsyncClient().send(event)
        await trio.to_thread.run_sync(Client().send, event)

    trio.run(main)
    connectly_sandbox.assert_reported("ORD-7821")


def test_no_file_is_left_open(connectly_sandbox: Sandbox, event: ConversionEvent) -> None:
    async def main() -> None:
        async with AsyncClient() as client:
            await client.send(event)

    asyncio.run(main())
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        asyncio.run(main())
    # Each client leaves one idle connection, at both of its ends, until its time-out.
    assert len(os.listdir("/proc/self/fd")) <= before + 2 * 5
