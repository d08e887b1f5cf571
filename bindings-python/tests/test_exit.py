"""The end of the interpreter, with requests in flight; and its beginning."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import textwrap

import pytest

from connectly_conversions import Sandbox

from .support.raw import serving

PRELUDE = """
import asyncio, os, sys, threading
from connectly_conversions import *
tracking = TrackingParams("t", "s", "c", "1")
def event(order): return ConversionEvent.purchase(
    tracking=tracking, order_id=order, currency="USD", value=1)
"""


def run(program: str, *, prelude: str = PRELUDE) -> subprocess.CompletedProcess[str]:
    source = prelude + textwrap.dedent(program)
    return subprocess.run(
        [sys.executable, "-X", "faulthandler", "-W", "error", "-c", source],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def assert_clean(done: subprocess.CompletedProcess[str]) -> None:
    assert (done.returncode, done.stderr) == (0, "")


def test_import_starts_nothing() -> None:
    done = run(
        """
        import sys, threading
        before = set(sys.modules), threading.active_count(), len(os.listdir("/proc/self/fd"))
        import connectly_conversions as c
        tasks = os.listdir("/proc/self/task")
        assert len(tasks) == 1, tasks
        c.Client("k", "4e3a9f0e-2b7c-4c1a-9a56-7d3f1b2c4d5e")
        c.AsyncClient("k", "4e3a9f0e-2b7c-4c1a-9a56-7d3f1b2c4d5e")
        assert len(os.listdir("/proc/self/task")) == 1
        assert len(os.listdir("/proc/self/fd")) == before[2]
        """,
        prelude="import os\n",
    )
    assert_clean(done)


def test_import_brings_nothing_that_is_not_needed_yet() -> None:
    done = run(
        """
        import sys
        import connectly_conversions
        assert not {"asyncio", "json", "logging"} & set(sys.modules)
        assert {"AsyncClient", "Sandbox"} <= set(dir(connectly_conversions))
        """,
        prelude="",
    )
    assert_clean(done)


@pytest.mark.parametrize("attempt", range(5))
def test_exit_with_many_requests_of_asyncio_in_flight(
    connectly_sandbox: Sandbox, attempt: int
) -> None:
    connectly_sandbox.fail_next(kind="delay", seconds=0.01, times=0)
    done = run(
        """
        async def main():
            client = AsyncClient()
            tasks = [asyncio.ensure_future(client.send(event(order))) for order in range(200)]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                task.cancel()
        loop = asyncio.new_event_loop()
        loop.run_until_complete(main())
        sys.exit(0)
        """
    )
    assert done.returncode == 0, done.stderr


def test_exit_while_results_arrive(connectly_sandbox: Sandbox) -> None:
    done = run(
        """
        client = AsyncClient()
        loop = asyncio.new_event_loop()
        async def start():
            for order in range(300):
                loop.create_task(client.send(event(order)))
            await asyncio.sleep(0)
        loop.run_until_complete(start())
        sys.exit(0)
        """
    )
    assert done.returncode == 0, done.stderr
    assert "Fatal" not in done.stderr


def test_exit_with_blocking_calls_of_daemon_threads(connectly_sandbox: Sandbox) -> None:
    connectly_sandbox.fail_next(kind="hang", times=0)
    done = run(
        """
        client = Client()
        started = threading.Barrier(9)
        def send(order):
            started.wait()
            client.send(event(order))
        for order in range(8):
            threading.Thread(target=send, args=(order,), daemon=True).start()
        started.wait()
        """
    )
    assert_clean(done)


def test_exit_waits_for_threads_that_are_no_daemons(connectly_sandbox: Sandbox) -> None:
    connectly_sandbox.fail_next(kind="delay", seconds=0.3)
    done = run(
        """
        client = Client()
        threading.Thread(target=lambda: client.send(event("last"))).start()
        """
    )
    assert_clean(done)
    connectly_sandbox.assert_reported("last")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_exit_of_a_forked_child_and_its_parent(connectly_sandbox: Sandbox) -> None:
    done = run(
        """
        client, aclient = Client(), AsyncClient()
        client.send(event("a")); asyncio.run(aclient.send(event("b")))
        pid = os.fork()
        client.send(event(f"c{pid == 0}")); asyncio.run(aclient.send(event(f"d{pid == 0}")))
        if pid:
            assert os.waitpid(pid, 0)[1] == 0
        sys.exit(0)
        """
    )
    assert done.returncode == 0, done.stderr
    assert len(connectly_sandbox.received) == 6


def test_a_program_that_ends_with_a_broken_pipe_does_not_end_with_a_broken_connection() -> None:
    def serve(connection: socket.socket) -> None:
        # Closed while the rest of the request is on its way.
        connection.recv(1000)
        connection.shutdown(socket.SHUT_WR)

    with serving(serve) as server:
        done = run(
            f"""
            import signal
            signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # as many a script does
            big = ConversionEvent.purchase(tracking=tracking, order_id="big", currency="USD",
                value=1, extra_payload={{"note": "x" * 900_000}})
            settings = dict(api_key="k", business_id="4e3a9f0e-2b7c-4c1a-9a56-7d3f1b2c4d5e",
                base_url="{server.url}", retry=RetryPolicy(retries=0))
            client = Client(**settings)
            for _ in range(50):
                try:
                    client.send(big)
                except ConnectlyError:
                    pass
            assert len(client.send_many([big] * 50)) == 50
            assert signal.getsignal(signal.SIGPIPE) == signal.SIG_DFL
            assert signal.SIGPIPE not in signal.pthread_sigmask(signal.SIG_BLOCK, [])
            """
        )
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr[-2000:]


def test_sigterm_ends_a_program_that_waits(connectly_sandbox: Sandbox) -> None:
    connectly_sandbox.fail_next(kind="hang", times=0)
    source = PRELUDE + "Client().send(event('x'))"
    with subprocess.Popen([sys.executable, "-c", source]) as process:
        while not connectly_sandbox.requests:
            assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == -signal.SIGTERM


def test_a_handler_that_was_registered_first_still_sends_with_asyncio(
    connectly_sandbox: Sandbox,
) -> None:
    done = run(
        """
        import atexit
        client = AsyncClient()
        async def last():
            await client.send(event("at exit"))
            await client.send_many(event(f"at exit {order}") for order in range(3))
        atexit.register(lambda: asyncio.run(last()))
        asyncio.run(client.send(event("before")))
        """
    )
    assert_clean(done)
    orders = [received.order_id for received in connectly_sandbox.received]
    assert orders[:2] == ["before", "at exit"]
    assert sorted(orders[2:]) == ["at exit 0", "at exit 1", "at exit 2"]  # type: ignore[type-var]


def test_a_handler_that_was_registered_first_gets_what_is_in_flight(
    connectly_sandbox: Sandbox,
) -> None:
    connectly_sandbox.fail_next(kind="delay", seconds=0.5)
    done = run(
        """
        import atexit
        client, loop = AsyncClient(), asyncio.new_event_loop()
        def last():
            assert loop.run_until_complete(task).attempts == 1
            loop.close()
        atexit.register(last)
        task = loop.create_task(client.send(event("in flight")))
        loop.run_until_complete(asyncio.sleep(0))
        """
    )
    assert_clean(done)
    connectly_sandbox.assert_reported("in flight")
