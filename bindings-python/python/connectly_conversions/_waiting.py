"""How a caller waits for an outcome: its thread blocks, or, under a monkey patch, its greenlet."""

from __future__ import annotations

import contextlib
import importlib
import sys
from typing import TYPE_CHECKING, Any, Protocol

from connectly_conversions import _exit_guard
from connectly_conversions._native import ConversionEvent
from connectly_conversions.errors import ConnectlyError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator

    from connectly_conversions._native import (
        InFlight,
        NativeClient,
        Operation,
        Outcome,
        Receipt,
    )


class Waiter(Protocol):
    """Waits until the I/O thread has called it, or spuriously."""

    def __call__(self) -> None:
        """Called by the I/O thread."""

    def wait(self) -> None:
        """Lets other greenlets run until then."""

    def close(self) -> None:
        """Called when nobody waits any more."""


class _Gevent:
    def __init__(self) -> None:
        gevent: Any = sys.modules["gevent"]
        self._loop = gevent.get_hub().loop
        self._event = importlib.import_module("gevent.event").Event()
        # Without a watcher that is active the hub takes this for a deadlock.
        self._watcher = self._loop.async_()
        self._watcher.start(self._event.set)

    def __call__(self) -> None:
        self._loop.run_callback_threadsafe(self._event.set)

    def wait(self) -> None:
        self._event.wait()
        self._event.clear()

    def close(self) -> None:
        self._watcher.stop()
        self._watcher.close()


class _Eventlet:
    """A pipe, since nothing of eventlet's hub may be called from another thread."""

    def __init__(self) -> None:
        eventlet: Any = sys.modules["eventlet"]
        self._trampoline = eventlet.hubs.trampoline
        self._os = eventlet.patcher.original("os")
        self._lock = eventlet.patcher.original("threading").Lock()
        self._read, self._write = self._os.pipe()
        self._open = True

    def __call__(self) -> None:
        with self._lock:
            if self._open:
                self._os.write(self._write, b"\0")

    def wait(self) -> None:
        self._trampoline(self._read, read=True)
        self._os.read(self._read, 64)

    def close(self) -> None:
        with self._lock:
            self._open = False
        self._os.close(self._read)
        self._os.close(self._write)


def _greenlets() -> type[_Gevent | _Eventlet] | None:
    gevent = sys.modules.get("gevent.monkey")
    if gevent is not None and gevent.is_module_patched("socket"):
        return _Gevent
    eventlet = sys.modules.get("eventlet.patcher")
    if eventlet is not None and eventlet.is_monkey_patched("socket"):
        return _Eventlet
    return None


def in_a_greenlet() -> bool:
    """Whether gevent or eventlet has patched what would block."""
    return _greenlets() is not None


def waiter() -> Waiter | None:
    """Under gevent's or eventlet's monkey patch, what lets the other greenlets run."""
    kind = _greenlets()
    return None if kind is None else kind()


@contextlib.contextmanager
def in_flight(
    client: NativeClient, concurrency: int | None
) -> Generator[tuple[InFlight, Waiter | None], None, None]:
    """Requests that the I/O thread makes; stopped at the end."""
    told = waiter()
    try:
        if told is not None:
            _exit_guard.register()
        requests = client.start(concurrency, told)
        try:
            yield requests, told
        finally:
            requests.stop()
    finally:
        if told is not None:
            told.close()


def next_outcome(requests: InFlight, waiter: Waiter | None) -> Outcome:
    """The next outcome in order; some request must be in flight."""
    if waiter is not None:
        _exit_guard.waiting.add(waiter)
    try:
        while (outcome := requests.take()) is None:
            if waiter is None or _exit_guard.exit_guard_is_closed():
                requests.wait()
            else:
                waiter.wait()
        return outcome
    finally:
        if waiter is not None:
            _exit_guard.waiting.discard(waiter)


def answer(operation: Operation) -> str:
    """What an operation gives. Under a monkey patch the I/O thread does it."""
    told = waiter()
    if told is None:
        return operation.run()
    try:
        _exit_guard.register()
        operation.start(told)
        _exit_guard.waiting.add(told)
        while (given := operation.take()) is None:
            if _exit_guard.exit_guard_is_closed():
                operation.wait()
            else:
                told.wait()
        return given
    finally:
        _exit_guard.waiting.discard(told)
        operation.stop()
        told.close()


def receipt(outcome: Outcome | None) -> Receipt:
    """The receipt; raises what the event failed of."""
    if outcome is None or outcome.receipt is None:
        raise (outcome and outcome.error) or ConnectlyError("an outcome without an outcome")
    return outcome.receipt


def iterator(events: Iterable[ConversionEvent]) -> Iterator[ConversionEvent]:
    """Says which argument has the wrong type."""
    try:
        return iter(events)
    except TypeError:
        raise _wrong_type("events", "an iterable of ConversionEvent", events) from None


def events(given: Iterable[ConversionEvent]) -> list[ConversionEvent]:
    """All of them; says which has the wrong type."""
    return [an_event(event, index) for index, event in enumerate(iterator(given))]


def an_event(event: object, index: int) -> ConversionEvent:
    """Says which of many has the wrong type."""
    if not isinstance(event, ConversionEvent):
        raise _wrong_type(f"events[{index}]", "a ConversionEvent", event)
    return event


def _wrong_type(argument: str, needed: str, given: object) -> TypeError:
    return TypeError(f"{argument} must be {needed}, not {type(given).__name__}")


def attach(error: BaseException, outcomes: list[Outcome]) -> None:
    """Hands the outcomes so far over with what interrupted a batch."""
    with contextlib.suppress(AttributeError):  # a class of its own may have no room for it
        error.outcomes = outcomes  # type: ignore[attr-defined] # pyright: ignore
