"""The interpreter goes while requests are in flight: nothing hangs, nothing crashes."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from connectly_conversions import Sandbox
from tests.support.raw import Server, read_request

from .running import PATIENCE, Program, assert_each_once

REQUESTS = 8
ENDS = {"return": 0, "sys.exit": 3, "os._exit": 4, "exception": 1, "interrupt": -2}


class Hanging(Server):
    """Reads requests and never answers."""

    def __init__(self) -> None:
        self._read = threading.Semaphore(0)
        super().__init__(self._hang)

    def _hang(self, connection: socket.socket) -> None:
        assert read_request(connection) is not None
        self._read.release()
        connection.recv(1)  # until it is closed

    def wait_for(self, requests: int) -> None:
        for _ in range(requests):
            assert self._read.acquire(timeout=PATIENCE)


@pytest.fixture
def hanging() -> Iterator[Hanging]:
    server = Hanging()
    yield server
    server.close()


@pytest.mark.parametrize("how", ENDS)
@pytest.mark.parametrize("calls", ["threads", "asyncio", "abandoned"])
def test_requests_in_flight(
    calls: str, how: str, hanging: Hanging, environment: dict[str, str]
) -> None:
    environment["CONNECTLY_BASE_URL"] = hanging.url
    with Program("exits.py", calls, how, environment=environment) as program:
        hanging.wait_for(REQUESTS)
        program.say("go")
        program.ends(ENDS[how])
    assert "a call ended before the process did" not in program.lines
    fatal = [line for line in program.lines if "Fatal" in line or "panicked" in line]
    assert fatal == [], "\n".join(program.lines)


@pytest.mark.parametrize("run", range(10))
@pytest.mark.parametrize("calls", ["threads", "asyncio"])
def test_answers_on_the_way(
    calls: str, run: int, sandbox: Sandbox, environment: dict[str, str]
) -> None:
    with Program("exits_with_answers.py", calls, environment=environment) as program:
        program.ends()
    received = [event.order_id for event in sandbox.received]
    assert received
    assert len(set(received)) == len(received)


def test_threads_that_the_interpreter_waits_for(
    sandbox: Sandbox, environment: dict[str, str]
) -> None:
    with Program("exits_with_answers.py", "joined", environment=environment) as program:
        program.ends()
    assert_each_once(sandbox, [f"order-{number}" for number in range(16)])
