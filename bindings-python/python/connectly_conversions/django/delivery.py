"""The worker on a Django database: the core's, on the calling thread."""

from __future__ import annotations

import contextlib
import dataclasses
import signal
import threading
import uuid
from collections.abc import Callable, Iterable
from types import FrameType, TracebackType

from connectly_conversions import _answers, _log
from connectly_conversions._native import NativeWorker
from connectly_conversions._open import native
from connectly_conversions.django import conf, outboxes
from connectly_conversions.outbox import Delivered

__all__ = ["Delivered", "Signals", "run", "total", "worker"]


def worker(
    using: str,
    business_id: str | uuid.UUID | None,
    *,
    concurrency: int | None = None,
    rate: float | None = None,
    worked: Callable[[], object],
) -> NativeWorker:
    """What sends the events of a business in a database.

    Raises:
        ConfigurationError: The API key is missing, or an option cannot be used.
    """
    ledger = outboxes.ledger(using, business_id, worked=worked)
    client = conf.settings().client_of(ledger.outbox.business_id)
    told = (_log.hook(None), _log.failing)
    return ledger.native.worker(native(client), concurrency, rate, told)


def run(worker: NativeWorker, *, until_empty: bool, deadline: float | None) -> Delivered:
    """Delivers on this thread until it is stopped, nothing is due, or the time is over."""
    return _answers.delivered(worker.run(until_empty, deadline))


def total(parts: Iterable[Delivered]) -> Delivered:
    """What they did together."""
    members = [dataclasses.astuple(part) for part in parts]
    return Delivered(*(sum(column) for column in zip(*members, strict=True)))


class Signals:
    """Within it these signals stop the workers; a second one ends the process as usual."""

    def __init__(self, numbers: Iterable[signal.Signals], stop: Callable[[], None]) -> None:
        self._numbers = numbers
        self._stop = stop
        self._undo = contextlib.ExitStack()

    def _heard(self, _number: int, _frame: FrameType | None) -> None:
        self._undo.close()
        self._stop()

    def __enter__(self) -> None:
        if threading.current_thread() is threading.main_thread():
            for number in self._numbers:
                before = signal.signal(number, self._heard)
                self._undo.callback(signal.signal, number, before)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._undo.close()
