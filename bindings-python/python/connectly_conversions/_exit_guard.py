"""The end of the interpreter: no thread of this library's own touches Python from then on."""

from __future__ import annotations

import atexit
import contextlib
import os
from typing import TYPE_CHECKING

from connectly_conversions._native import close_exit_guard, exit_guard_is_closed

if TYPE_CHECKING:
    from collections.abc import Callable

    from connectly_conversions._native import Operation

__all__ = ["exit_guard_is_closed", "register", "waiting", "workers"]

waiting: set[Callable[[], None]] = set()
"""The ``wake`` of whoever waits for the I/O thread's word, which does not come any more."""

workers: list[Callable[[], Operation | None]] = []
"""What stops each worker that runs."""

_registered_in: list[int] = [0]


def _close() -> None:
    # All of them stop at the same time.
    stopping = [operation for stop in workers if (operation := stop()) is not None]
    workers.clear()
    for operation in stopping:
        operation.run()
    close_exit_guard()
    for wake in list(waiting):
        with contextlib.suppress(RuntimeError):  # its event loop is closed: nobody waits there
            wake()


def register() -> None:
    """Has the guard closed when the interpreter exits; to be called before anybody waits."""
    if _registered_in[0] != os.getpid():
        _registered_in[0] = os.getpid()
        waiting.clear()  # a forked child inherits all three
        workers.clear()
        atexit.unregister(_close)
        atexit.register(_close)
