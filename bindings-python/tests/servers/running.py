"""Runs a real program, reads what it says, and lets nothing outlive its test."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

    from typing_extensions import Self

    from connectly_conversions import Sandbox

PROGRAMS = Path(__file__).parent / "programs"

PATIENCE = 60.0
"""Seconds that nothing here comes near; only what hangs ever reaches them."""

_VISITORS = 8
"""Requests to a shop at the same time."""


class Process:
    """A process in a group of its own; its output is read as it comes."""

    def __init__(self, *command: str, cwd: Path, environment: dict[str, str]) -> None:
        self._lines: list[str] = []
        self._ended = False
        self._news = threading.Condition()
        self._process = subprocess.Popen(
            command,
            cwd=cwd,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._news:
                self._lines.append(line.rstrip("\n"))
                self._news.notify_all()
        with self._news:
            self._ended = True
            self._news.notify_all()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def lines(self) -> list[str]:
        """What it has said by now; all of it once it has ended."""
        with self._news:
            return list(self._lines)

    def wait_for(self, pattern: str, times: int = 1) -> list[re.Match[str]]:
        """The first so many lines of its output that match, once they are there."""
        deadline = time.monotonic() + PATIENCE
        with self._news:
            while True:
                found = [match for line in self._lines if (match := re.search(pattern, line))]
                if len(found) >= times:
                    return found[:times]
                left = deadline - time.monotonic()
                what = f"said {pattern!r} {len(found)} times, not {times}"
                assert not self._ended, self._report(f"ended; it {what}")
                assert left > 0, self._report(what)
                self._news.wait(left)

    def say(self, line: str) -> None:
        """Writes a line to its standard input."""
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def ends(self, code: int = 0) -> None:
        """Asserts that it ends with this exit code, and none of its children stays behind."""
        try:
            found = self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            # Where it hangs, in every thread: `PYTHONFAULTHANDLER` hears SIGABRT.
            self._process.send_signal(signal.SIGABRT)
            self._reader.join(PATIENCE)
            raise AssertionError(self._report("hangs")) from None
        # The pipe closes when the last process that inherited it is gone.
        self._reader.join(PATIENCE)
        assert not self._reader.is_alive(), self._report("left a child behind")
        assert found == code, self._report(f"ended with {found}, not {code}")

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Asks it to stop, and asserts that it does so in good order."""
        self._process.send_signal(number)
        self.ends()

    def kill(self) -> None:
        """Kills it and its children with -9, in the middle of whatever they do."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _report(self, what: str) -> str:
        command = " ".join(map(str, self._process.args[:4]))  # type: ignore[index]
        return "\n".join([f"{command} {what}; it said:", *self._lines])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.kill()
        if self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()
        self._reader.join()
        if self._process.stdout is not None:
            self._process.stdout.close()


class Program(Process):
    """A program of Python, in the environment of the test."""

    def __init__(self, *command: str | Path, environment: dict[str, str]) -> None:
        debugged = {"PYTHONUNBUFFERED": "1", "PYTHONFAULTHANDLER": "1"}
        super().__init__(
            sys.executable,
            *map(str, command),
            cwd=PROGRAMS,
            environment={**os.environ, **debugged, **environment},
        )


def post(port: int, path: str, **headers: str) -> str:
    """One request to a shop; its answer's body."""
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("POST", path, headers={"Connection": "close", **headers})
        answer = connection.getresponse()
        body = answer.read().decode()
        assert answer.status == 200, body
        return body
    finally:
        connection.close()


def buy(port: int, orders: Iterable[str]) -> set[int]:
    """Places the orders, several at a time; the processes that took them."""
    with ThreadPoolExecutor(_VISITORS) as visitors:
        answers = list(visitors.map(lambda order: post(port, f"/orders/{order}"), orders))
    return {int(answer) for answer in answers}


def assert_each_once(sandbox: Sandbox, orders: Iterable[str]) -> None:
    """Every order has come, once, and nothing else has."""
    received = sandbox.received
    assert sorted(event.order_id or "" for event in received) == sorted(orders)
    assert [event.order_id for event in received if event.times != 1] == []
