"""What sends the events of an outbox in the background."""

from __future__ import annotations

from types import TracebackType

from connectly_conversions import _exit_guard, _waiting
from connectly_conversions._native import NativeWorker, Operation
from connectly_conversions._types import Self


class BaseWorker:
    """What :class:`Worker` and ``AsyncWorker`` share."""

    def __init__(self, native: NativeWorker) -> None:
        self._native = native

    def start(self) -> None:
        """Starts it, once. It stops with the interpreter at the latest, which waits for it."""
        _exit_guard.register()
        self._native.start()
        _exit_guard.workers.append(self._stop_at_exit)

    def _stopping(self, timeout: float | None) -> Operation | None:
        if self._stop_at_exit in _exit_guard.workers:
            _exit_guard.workers.remove(self._stop_at_exit)
        return self._native.stop(timeout)

    def _stop_at_exit(self) -> Operation | None:
        return self._native.stop()


class Worker(BaseWorker):
    """Delivers while its ``with`` block runs, or from :meth:`start` to :meth:`stop`."""

    def stop(self, timeout: float | None = None) -> None:
        """Takes no more events and waits for the attempts under way.

        Args:
            timeout: How long at most, in seconds; 10, which no attempt outlasts, unless given.
                Then they are cut off, and their events wait for a minute.
        """
        stopping = self._stopping(timeout)
        if stopping is not None:
            _waiting.answer(stopping)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()
